import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import { useSession } from './session'

const WARN_SECONDS = 60
const TOUCH_MS = 120_000
const SHARED = 'pinegate.activity'

/** Counts the seconds left before an idle session ends, once a minute or less remains; null before.
 *  Activity in any tab of this browser counts, and is told to the program every two minutes. */
export function useIdleTimeout(onIdle: () => void): { secondsLeft: Ref<number | null>; stay: () => void } {
  const session = useSession()
  const secondsLeft = ref<number | null>(null)
  let touchedAt = Date.now()
  let timer = 0

  function lastActivity(): number {
    return Number(localStorage.getItem(SHARED) ?? 0)
  }

  function active(): void {
    if (secondsLeft.value !== null) return // the warning is answered by its button only
    const now = Date.now()
    if (now - lastActivity() > 1000) localStorage.setItem(SHARED, String(now))
  }

  function touch(): void {
    touchedAt = Date.now()
    void ask(api.GET('/api/session')).catch(() => undefined)
  }

  function stay(): void {
    secondsLeft.value = null
    localStorage.setItem(SHARED, String(Date.now()))
    touch()
  }

  function tick(): void {
    const limit = session.me?.idle_timeout_seconds ?? 0
    if (limit <= 0) return
    const idle = (Date.now() - lastActivity()) / 1000
    if (idle >= limit) {
      secondsLeft.value = null
      onIdle()
    } else if (limit - idle <= WARN_SECONDS) {
      secondsLeft.value = Math.ceil(limit - idle)
    } else {
      secondsLeft.value = null
      if (lastActivity() > touchedAt && Date.now() - touchedAt > TOUCH_MS) touch()
    }
  }

  onMounted(() => {
    localStorage.setItem(SHARED, String(Date.now()))
    for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const)
      window.addEventListener(event, active, { passive: true })
    timer = window.setInterval(tick, 1000)
  })
  onBeforeUnmount(() => {
    for (const event of ['pointerdown', 'pointermove', 'keydown', 'wheel'] as const)
      window.removeEventListener(event, active)
    window.clearInterval(timer)
  })
  return { secondsLeft, stay }
}
