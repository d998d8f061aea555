/** What one may ask of the catalogue; absent means any. */
export interface PointQuery {
  q?: string
  division?: string
  category?: string
  state?: string
  health?: string
  shared?: boolean
  granted?: boolean
  system_id?: string
}

/** Drops what is empty, so that an address and a request hold only what was chosen. */
export function compact(query: PointQuery): PointQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''))
}
