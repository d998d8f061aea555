import { Finished } from '@element-plus/icons-vue'
import type { PortalModule } from '../module'

export default {
  routes: [{ path: '/audit', name: 'audit', component: () => import('./AuditPage.vue'), meta: { title: 'audit.title', audience: 'read_audit' } }],
  menu: [{ route: 'audit', icon: Finished, group: 'oversight' }],
} satisfies PortalModule
