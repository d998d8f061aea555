import { ElMessage } from 'element-plus'
import { ref, type Ref } from 'vue'
import { useExplain } from './explain'

export interface Doing {
  busy: Ref<boolean>
  /** Runs `task`; shows `done` when it succeeded and the reason when it was refused. Answers whether it succeeded. */
  run: (task: () => Promise<unknown>, done?: string) => Promise<boolean>
}

export function useDoing(): Doing {
  const busy = ref(false)
  const explain = useExplain()

  async function run(task: () => Promise<unknown>, done?: string): Promise<boolean> {
    busy.value = true
    try {
      await task()
      if (done) ElMessage.success(done)
      return true
    } catch (error) {
      ElMessage.error({ message: explain.error(error), duration: 6000, showClose: true })
      return false
    } finally {
      busy.value = false
    }
  }

  return { busy, run }
}
