import { Key } from '@element-plus/icons-vue'
import type { Role } from '@/session/roles'
import type { PortalModule } from '../module'

const roles: readonly Role[] = ['unit_leader', 'security_admin', 'bureau_approver', 'operator_provisioner']

export default {
  routes: [
    {
      path: '/access-interface',
      name: 'access-interface',
      component: () => import('./AccessInterfacePage.vue'),
      meta: { title: 'access_interface.title', roles },
    },
  ],
  menu: [{ route: 'access-interface', icon: Key, group: 'paper' }],
} satisfies PortalModule
