import type { RouteLocationRaw } from 'vue-router'
import type { Task } from '@/api/models'

/** Where a waiting task is done. */
export function destinationOf(task: Task): RouteLocationRaw {
  const id = task.subject_id
  switch (task.kind) {
    case 'points.check':
      return { name: 'catalogue', query: { state: 'pending_check' } }
    case 'points.list':
      return { name: 'catalogue', query: { state: 'catalogued', shared: 'true' } }
    case 'points.mark':
      return { name: 'catalogue', query: { shared: 'false' } }
    case 'application.provision':
      return { name: 'work-order', params: { id } }
    case 'duty.acknowledge':
      return { name: 'duty', query: { agreement: id } }
    case 'revocation.running':
      return { name: 'revocation', params: { id } }
    default:
      return { name: 'application', params: { id } }
  }
}
