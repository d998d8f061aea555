import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import type { Point } from '@/api/models'
import type { Problem } from '@/api/problem'
import { useLoad } from './load'
import { compact, type PointQuery } from './pointQuery'

export interface PointPage {
  page: Ref<number>
  size: Ref<number>
  items: ComputedRef<Point[]>
  total: ComputedRef<number>
  loading: Ref<boolean>
  problem: Ref<Problem | null>
  reload: () => Promise<void>
  turnTo: (page: number) => void
  resize: (size: number) => void
}

/** One page of the catalogue under `query`; a changed query starts again at page one. */
export function usePointPage(query: Ref<PointQuery>, pageSize = 50): PointPage {
  const page = ref(1)
  const size = ref(pageSize)
  const loaded = useLoad(() =>
    ask(api.GET('/api/points', { params: { query: { ...compact(query.value), page: page.value, page_size: size.value } } })),
  )
  watch(query, () => {
    if (page.value === 1) void loaded.reload()
    else page.value = 1
  })
  watch([page, size], () => void loaded.reload())
  return {
    page,
    size,
    items: computed(() => loaded.data.value?.items ?? []),
    total: computed(() => loaded.data.value?.total ?? 0),
    loading: loaded.loading,
    problem: loaded.problem,
    reload: loaded.reload,
    turnTo(wanted) {
      page.value = wanted
    },
    resize(wanted) {
      size.value = wanted
      page.value = 1
    },
  }
}
