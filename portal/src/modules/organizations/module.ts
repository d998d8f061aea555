import { OfficeBuilding, UserFilled } from '@element-plus/icons-vue'
import { BUREAU, type Role } from '@/session/roles'
import type { PortalModule } from '../module'

const roles: readonly Role[] = ['security_admin', ...BUREAU]
const own: readonly Role[] = ['unit_clerk', 'unit_leader']

export default {
  routes: [
    { path: '/organizations', name: 'organizations', component: () => import('./OrganizationsPage.vue'), meta: { title: 'organizations.title', roles } },
    {
      path: '/organizations/:id',
      name: 'organization',
      component: () => import('./OrganizationPage.vue'),
      props: true,
      meta: { title: 'organizations.one', roles },
    },
    {
      path: '/my-organization',
      name: 'my-organization',
      component: () => import('./OrganizationPage.vue'),
      meta: { title: 'organizations.own', roles: own },
    },
  ],
  menu: [
    { route: 'my-organization', icon: UserFilled, group: 'administration' },
    { route: 'organizations', icon: OfficeBuilding, group: 'administration' },
  ],
} satisfies PortalModule
