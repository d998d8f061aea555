import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Me } from '@/api/models'
import { modules } from '@/modules'
import type { Audience } from '@/session/roles'
import { useSession } from '@/session/session'

const VIEWER: Me = {
  person_id: 'p-1',
  name: '汪晓晴',
  login: 'unit-viewer',
  organization: { id: 'o-1', kind: 'using_unit', name: '黄山市文化和旅游局' },
  roles: ['unit_viewer'],
  totp_enabled: false,
  must_set_up_totp: false,
  idle_timeout_seconds: 1800,
  demonstration: false,
  unacknowledged: [],
  systems: [],
  permissions: ['read_grants'],
  steps: { application: ['submit'] },
}

describe('whom a page is open to', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
  })

  const cases: [Audience | undefined, boolean, boolean][] = [
    [undefined, false, false],
    [[], false, false],
    [['audit_admin'], false, false],
    [['audit_admin', 'unit_viewer'], false, true],
    ['read_audit', false, false],
    ['read_grants', false, true],
    ['signed-in', false, true],
    ['anybody', true, true],
  ]
  it.each(cases)('%j: nobody signed in %j, a viewer %j', (audience, stranger, viewer) => {
    const session = useSession()
    expect(session.belongsTo(audience)).toBe(stranger)
    session.me = VIEWER
    expect(session.belongsTo(audience)).toBe(viewer)
  })

  it('is said by every route, and only sign-in and enrolment are for anybody', () => {
    const routes = modules.flatMap((module) => module.routes)
    expect(routes.filter((route) => !route.meta?.audience).map((route) => route.path)).toEqual([])
    expect(routes.filter((route) => route.meta?.audience === 'anybody').map((route) => route.path)).toEqual(['/login', '/enrol/:secret?'])
  })

  it('knows what the program says that the person may and takes', () => {
    const session = useSession()
    expect(session.may('read_grants')).toBe(false)
    session.me = VIEWER
    expect([session.may('read_grants'), session.may('read_audit')]).toEqual([true, false])
    expect([session.takes('application', 'submit'), session.takes('listing', 'submit')]).toEqual([true, false])
  })

  it('leaves every place in the menu with a route', () => {
    const names = new Set(modules.flatMap((module) => module.routes).map((route) => route.name))
    const lost = modules.flatMap((module) => module.menu).filter((entry) => !names.has(entry.route))
    expect(lost).toEqual([])
  })
})
