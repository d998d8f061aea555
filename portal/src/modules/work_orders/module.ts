import { Tickets } from '@element-plus/icons-vue'
import type { Role } from '@/session/roles'
import type { PortalModule } from '../module'

const roles: readonly Role[] = ['operator_provisioner']

export default {
  routes: [
    { path: '/work-orders', name: 'work-orders', component: () => import('./WorkOrdersPage.vue'), meta: { title: 'work_orders.title', roles } },
    {
      path: '/work-orders/:id',
      name: 'work-order',
      component: () => import('./WorkOrderPage.vue'),
      props: true,
      meta: { title: 'work_orders.one', roles },
    },
  ],
  menu: [{ route: 'work-orders', icon: Tickets, group: 'paper' }],
} satisfies PortalModule
