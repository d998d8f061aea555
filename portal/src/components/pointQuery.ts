import type { ListingState } from '@/api/models'

export type Health = 'online' | 'offline' | 'degraded' | 'unknown'

/** What one may ask of the catalogue; absent means any. */
export interface PointQuery {
  q?: string
  division?: string
  category?: string
  state?: ListingState
  health?: Health
  shared?: boolean
  granted?: boolean
  system_id?: string
}

/** Drops what is empty, so that an address and a request hold only what was chosen. */
export function compact(query: PointQuery): PointQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''))
}
