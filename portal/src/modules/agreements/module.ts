import { Stamp } from '@element-plus/icons-vue'
import { UNIT } from '@/session/roles'
import type { PortalModule } from '../module'

export default {
  routes: [
    { path: '/duty', name: 'duty', component: () => import('./DutyPage.vue'), meta: { title: 'agreements.duty_title', roles: UNIT } },
  ],
  menu: [{ route: 'duty', icon: Stamp, group: 'paper' }],
} satisfies PortalModule
