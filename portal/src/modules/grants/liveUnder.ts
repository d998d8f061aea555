import { api, ask } from '@/api/client'
import type { RegisterRow } from '@/api/models'
import { registerFilter, type Scope } from './targets'

const MOST = 500

/** What an application or a grant stands for, where the register itself knows only systems and points. */
async function narrower(scope: Scope, id: string): Promise<{ system_id: string; points: ReadonlySet<string> } | null> {
  if (scope === 'application') {
    const application = await ask(api.GET('/api/applications/{application_id}', { params: { path: { application_id: id } } }))
    return { system_id: application.system.id, points: new Set(application.grants.map((grant) => grant.point_id)) }
  }
  const { items } = await ask(api.GET('/api/grants', { params: { query: {} } }))
  const grant = items.find((item) => item.id === id)
  return grant ? { system_id: grant.system_id, points: new Set([grant.point_id]) } : null
}

/** The sessions that play now and would be cut. */
export async function liveUnder(scope: Scope, id: string): Promise<RegisterRow[]> {
  const direct = registerFilter(scope, id)
  const narrow = direct ? null : await narrower(scope, id)
  const query = { ...(direct ?? { system_id: narrow?.system_id }), live: true, page_size: MOST }
  const { items } = await ask(api.GET('/api/access-register', { params: { query } }))
  return narrow ? items.filter((row) => narrow.points.has(row.point_id)) : items
}
