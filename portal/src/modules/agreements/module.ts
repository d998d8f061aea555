import { Stamp } from '@element-plus/icons-vue'
import type { PortalModule } from '../module'

export default {
  routes: [
    { path: '/duty', name: 'duty', component: () => import('./DutyPage.vue'), meta: { title: 'agreements.duty_title', audience: 'acknowledge_duties' } },
  ],
  menu: [{ route: 'duty', icon: Stamp, group: 'paper' }],
} satisfies PortalModule
