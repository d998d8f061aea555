import { Finished } from '@element-plus/icons-vue'
import type { Role } from '@/session/roles'
import type { PortalModule } from '../module'

const roles: readonly Role[] = ['audit_admin']

export default {
  routes: [{ path: '/audit', name: 'audit', component: () => import('./AuditPage.vue'), meta: { title: 'audit.title', roles } }],
  menu: [{ route: 'audit', icon: Finished, group: 'oversight' }],
} satisfies PortalModule
