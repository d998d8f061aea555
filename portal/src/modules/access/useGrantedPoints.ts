import { api, ask } from '@/api/client'
import type { Point } from '@/api/models'

const PAGE = 500
const MOST = 5000

/** All points that `systemId` may watch now, with the operations granted. */
export async function grantedPoints(systemId: string): Promise<Point[]> {
  const points: Point[] = []
  for (let page = 1; points.length < MOST; page += 1) {
    const query = { granted: true, system_id: systemId, page, page_size: PAGE }
    const answer = await ask(api.GET('/api/points', { params: { query } }))
    points.push(...answer.items)
    if (answer.items.length < PAGE || points.length >= answer.total) break
  }
  return points
}
