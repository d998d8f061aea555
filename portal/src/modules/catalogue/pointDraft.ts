import type { PointDetail } from '@/api/models'

/** What the operator may change of a point, as the form holds it. */
export interface PointDraft {
  name: string
  address: string
  township_code: string
  category: string
  point_class: number | null
  source_class: 'gov_invested' | 'social'
  longitude: number | null
  latitude: number | null
  record: Record<string, string>
}

export function draftOf(point: PointDetail): PointDraft {
  const { name, address, township_code, category, point_class, longitude, latitude } = point
  const source_class = point.source_class === 'social' ? 'social' : 'gov_invested'
  return { name, address, township_code, category, point_class, source_class, longitude, latitude, record: { ...point.record } }
}

/** The change to send: the township carries its district's code, as in 341002 of 341002102. */
export function changeOf(draft: PointDraft, version: number): PointDraft & { division_code: string; version: number } {
  return { ...draft, division_code: draft.township_code.slice(0, 6), version }
}
