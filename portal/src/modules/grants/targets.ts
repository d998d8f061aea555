import { api, ask } from '@/api/client'
import type { RevocationScope } from '@/api/models'

export type Scope = RevocationScope
export const SCOPES: readonly Scope[] = ['application', 'grant', 'point', 'system', 'person', 'organization']

export type Event = 'revoke' | 'suspend'

export interface Target {
  id: string
  name: string
  note: string
}

const MOST = 50

async function applications(q: string, event: Event): Promise<Target[]> {
  const query = { q: q || undefined, open_to: event, page_size: MOST }
  const { items } = await ask(api.GET('/api/applications', { params: { query } }))
  return items.map((item) => ({ id: item.id, name: item.number, note: `${item.organization_name} · ${item.system_name}` }))
}

async function grants(q: string, event: Event): Promise<Target[]> {
  const { items } = await ask(api.GET('/api/grants', { params: { query: { open_to: event } } }))
  return items
    .map((item) => ({ id: item.id, name: item.point_name, note: item.system_name }))
    .filter((item) => `${item.name}${item.note}`.includes(q))
    .slice(0, MOST)
}

async function points(q: string): Promise<Target[]> {
  const query = { q: q || undefined, state: 'listed' as const, page_size: MOST }
  const { items } = await ask(api.GET('/api/points', { params: { query } }))
  return items.map((item) => ({ id: item.id, name: item.name, note: `${item.division_name}${item.township_name} ${item.channel_code}` }))
}

async function systems(q: string): Promise<Target[]> {
  const { items } = await ask(api.GET('/api/systems'))
  return items.filter((item) => item.name.includes(q)).map((item) => ({ id: item.id, name: item.name, note: item.organization_name }))
}

async function organizations(q: string): Promise<Target[]> {
  const { items } = await ask(api.GET('/api/organizations'))
  return items
    .filter((item) => item.kind === 'using_unit' && item.name.includes(q))
    .map((item) => ({ id: item.id, name: item.name, note: item.address }))
}

async function persons(q: string): Promise<Target[]> {
  const units = await organizations('')
  const details = await Promise.all(
    units.map((unit) => ask(api.GET('/api/organizations/{organization_id}', { params: { path: { organization_id: unit.id } } }))),
  )
  return details
    .flatMap((unit) => unit.persons.map((person) => ({ id: person.id, name: person.name, note: unit.name })))
    .filter((item) => `${item.name}${item.note}`.includes(q))
}

const FINDERS: Readonly<Record<Scope, (q: string, event: Event) => Promise<Target[]>>> = {
  application: applications,
  grant: grants,
  point: points,
  system: systems,
  person: persons,
  organization: organizations,
}

/** What is open to `event` within `scope`, by words. */
export function findTargets(scope: Scope, q: string, event: Event): Promise<Target[]> {
  return FINDERS[scope](q.trim(), event)
}

/** The filter of the access register that shows what a revocation would cut. */
export function registerFilter(scope: Scope, id: string): { organization_id?: string; system_id?: string; point_id?: string; person?: string } | null {
  if (scope === 'organization') return { organization_id: id }
  if (scope === 'system') return { system_id: id }
  if (scope === 'point') return { point_id: id }
  return scope === 'person' ? { person: id } : null
}
