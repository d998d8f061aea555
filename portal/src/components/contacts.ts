import type { OrganizationDetail } from '@/api/models'
import type { Role } from '@/session/roles'

/** Whom to ask: people of the reader's own organization by their role, or an office of the city. */
export type Office = 'unit_clerk' | 'unit_leader' | 'security_admin' | 'bureau' | 'operator'

/** The role of those who answer, and the kind of organization they sit in; null: whichever the reader belongs to. */
export const OFFICES: Readonly<Record<Office, { role: Role | null; sitsIn: OrganizationDetail['kind'] | null }>> = {
  unit_clerk: { role: 'unit_clerk', sitsIn: null },
  unit_leader: { role: 'unit_leader', sitsIn: null },
  security_admin: { role: 'security_admin', sitsIn: 'data_bureau' },
  bureau: { role: 'bureau_reviewer', sitsIn: 'data_bureau' },
  operator: { role: 'system_admin', sitsIn: 'operator' },
}

const ASKED: Readonly<Record<string, Office>> = {
  person_unknown: 'unit_leader',
  person_not_active: 'unit_leader',
  not_on_roster: 'unit_clerk',
  not_granted: 'unit_clerk',
  operation_not_granted: 'unit_clerk',
  grant_expired: 'unit_clerk',
  grant_revoked: 'unit_clerk',
  grant_suspended: 'bureau',
  organization_not_active: 'bureau',
  system_not_active: 'bureau',
  credential_withdrawn: 'bureau',
  grant_pending: 'operator',
  internal_error: 'operator',
  forbidden: 'security_admin',
}

/** Whom to ask about a refusal; undefined where nobody but the reader can help. */
export function officeFor(code: string): Office | undefined {
  return ASKED[code]
}
