import { Key } from '@element-plus/icons-vue'
import type { PortalModule } from '../module'

export default {
  routes: [
    {
      path: '/access-interface',
      name: 'access-interface',
      component: () => import('./AccessInterfacePage.vue'),
      meta: { title: 'access_interface.title', audience: 'read_credentials' },
    },
  ],
  menu: [{ route: 'access-interface', icon: Key, group: 'paper' }],
} satisfies PortalModule
