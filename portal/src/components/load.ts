import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type Problem } from '@/api/problem'

export interface Loaded<T> {
  data: ShallowRef<T | undefined>
  problem: ShallowRef<Problem | null>
  loading: Ref<boolean>
  reload: () => Promise<void>
}

/** Runs `fetcher` now and on `reload`. An answer that was overtaken by a newer question is dropped. */
export function useLoad<T>(fetcher: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T>()
  const problem = shallowRef<Problem | null>(null)
  const loading = ref(false)
  let latest = 0

  async function reload(): Promise<void> {
    latest += 1
    const mine = latest
    loading.value = true
    try {
      const answer = await fetcher()
      if (mine !== latest) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (mine === latest) problem.value = asProblem(error)
    } finally {
      if (mine === latest) loading.value = false
    }
  }

  void reload()
  onScopeDispose(() => {
    latest += 1
  })
  return { data, problem, loading, reload }
}

/** Calls `task` every `ms` while the page is visible, until the component goes. */
export function useEvery(ms: number, task: () => void): void {
  const timer = window.setInterval(() => {
    if (!document.hidden) task()
  }, ms)
  onScopeDispose(() => {
    window.clearInterval(timer)
  })
}

/** A version of `task` that waits until nothing was asked for `ms`. */
export function debounced(task: () => void, ms = 250): () => void {
  let timer = 0
  onScopeDispose(() => {
    window.clearTimeout(timer)
  })
  return () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(task, ms)
  }
}
