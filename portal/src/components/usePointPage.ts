import { watch, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import type { Point } from '@/api/models'
import { usePages, type Pages } from './pages'
import { compact, type PointQuery } from './pointQuery'

export type PointPage = Pages<Point>

/** Pages of the catalogue under `query`; a changed query starts again at the first. */
export function usePointPage(query: Ref<PointQuery>, pageSize = 50): PointPage {
  const pages = usePages((after, page_size) => {
    return ask(api.GET('/api/points', { params: { query: { ...compact(query.value), after, page_size } } }))
  }, pageSize)
  watch(query, pages.restart)
  return pages
}
