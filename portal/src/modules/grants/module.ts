import { CircleClose } from '@element-plus/icons-vue'
import type { Role } from '@/session/roles'
import type { PortalModule } from '../module'

const roles: readonly Role[] = ['bureau_approver', 'bureau_reviewer', 'police_leader', 'police_reviewer', 'security_admin']

export default {
  routes: [
    { path: '/revocations', name: 'revocations', component: () => import('./RevocationsPage.vue'), meta: { title: 'grants.title', audience: roles } },
    {
      path: '/revocations/:id',
      name: 'revocation',
      component: () => import('./RevocationPage.vue'),
      props: true,
      meta: { title: 'grants.one', audience: roles },
    },
  ],
  menu: [{ route: 'revocations', icon: CircleClose, group: 'oversight' }],
} satisfies PortalModule
