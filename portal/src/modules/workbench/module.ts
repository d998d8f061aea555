import { House } from '@element-plus/icons-vue'
import type { PortalModule } from '../module'

export default {
  routes: [
    {
      path: '/',
      name: 'workbench',
      component: () => import('./WorkbenchPage.vue'),
      meta: { title: 'workbench.title', audience: 'signed-in' },
    },
  ],
  menu: [{ route: 'workbench', icon: House, group: 'work' }],
} satisfies PortalModule
