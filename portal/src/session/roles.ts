import type { components } from '@/api/schema'

export type Role = components['schemas']['Role']

export type Permission = components['schemas']['Permission']

/** Whom a page is for: whoever holds a permission, these roles, everybody who is signed in, or anybody at all. */
export type Audience = Permission | readonly Role[] | 'signed-in' | 'anybody'

export const UNIT: readonly Role[] = ['unit_clerk', 'unit_leader', 'unit_viewer']
export const POLICE: readonly Role[] = ['police_reviewer', 'police_leader']
export const BUREAU: readonly Role[] = ['bureau_reviewer', 'bureau_approver']
export const OPERATOR: readonly Role[] = ['operator_cataloguer', 'operator_lister', 'operator_provisioner']

const SITS_IN: Record<string, readonly Role[]> = {
  using_unit: UNIT,
  police: POLICE,
  political_legal_committee: ['political_legal_liaison'],
  data_bureau: [...BUREAU, 'security_admin', 'audit_admin'],
  operator: [...OPERATOR, 'system_admin'],
}

/** Which roles a person of this kind of organization may be given. */
export function rolesOf(organizationKind: string): readonly Role[] {
  return SITS_IN[organizationKind] ?? []
}
