import { api, ask } from '@/api/client'
import type { Point } from '@/api/models'
import type { Listed } from '@/components/pages'

const PAGE = 500
const MOST = 5000

/** All points that `systemId` may watch now, with the operations granted. */
export async function grantedPoints(systemId: string): Promise<Point[]> {
  const points: Point[] = []
  let after: string | null = ''
  while (after !== null && points.length < MOST) {
    const query = { granted: true, system_id: systemId, after, page_size: PAGE }
    const answer: Listed<Point> = await ask(api.GET('/api/points', { params: { query } }))
    points.push(...answer.items)
    after = answer.next
  }
  return points
}
