import { computed, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import type { Problem } from '@/api/problem'
import { useLoad } from './load'

/** A page of any long list, as the program answers it. */
export interface Listed<T> {
  items: T[]
  next: string | null
  total: number | null
  total_at_least: boolean
}

export interface Pages<T> {
  items: ComputedRef<T[]>
  /** Of the whole list; null until it is known. */
  total: Ref<number | null>
  /** Counting stopped at `total`. */
  atLeast: Ref<boolean>
  /** Of the page shown, from 1 on. */
  number: ComputedRef<number>
  hasNext: ComputedRef<boolean>
  size: Ref<number>
  loading: Ref<boolean>
  problem: Ref<Problem | null>
  reload: () => Promise<void>
  resize: (size: number) => void
  /** Back to the first page, which is asked for anew. */
  restart: () => void
  next: () => void
  previous: () => void
}

/** Turns the pages of a long list: each is asked for by what the page before it answered. */
export function usePages<T>(fetcher: (after: string, size: number) => Promise<Listed<T>>, pageSize = 50): Pages<T> {
  const size = ref(pageSize)
  /** What asks for each page up to the one shown. */
  const way = shallowRef([''])
  const total = ref<number | null>(null)
  const atLeast = ref(false)
  const loaded = useLoad(async () => {
    const answer = await fetcher(way.value.at(-1) ?? '', size.value)
    if (answer.total !== null) {
      total.value = answer.total
      atLeast.value = answer.total_at_least
    }
    return answer
  })
  function restart(): void {
    way.value = ['']
    void loaded.reload()
  }
  return {
    items: computed(() => loaded.data.value?.items ?? []),
    total,
    atLeast,
    number: computed(() => way.value.length),
    hasNext: computed(() => (loaded.data.value?.next ?? null) !== null),
    size,
    loading: loaded.loading,
    problem: loaded.problem,
    reload: loaded.reload,
    resize(wanted) {
      size.value = wanted
      restart()
    },
    restart,
    next() {
      const following = loaded.data.value?.next
      if (!following || loaded.loading.value) return
      way.value = [...way.value, following]
      void loaded.reload()
    },
    previous() {
      if (way.value.length === 1) return
      way.value = way.value.slice(0, -1)
      void loaded.reload()
    },
  }
}
