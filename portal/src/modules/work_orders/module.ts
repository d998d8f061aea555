import { Tickets } from '@element-plus/icons-vue'
import type { PortalModule } from '../module'

export default {
  routes: [
    { path: '/work-orders', name: 'work-orders', component: () => import('./WorkOrdersPage.vue'), meta: { title: 'work_orders.title', audience: 'provision' } },
    {
      path: '/work-orders/:id',
      name: 'work-order',
      component: () => import('./WorkOrderPage.vue'),
      props: true,
      meta: { title: 'work_orders.one', audience: 'provision' },
    },
  ],
  menu: [{ route: 'work-orders', icon: Tickets, group: 'paper' }],
} satisfies PortalModule
