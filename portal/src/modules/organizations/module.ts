import { Checked, OfficeBuilding, UserFilled } from '@element-plus/icons-vue'
import type { PortalModule } from '../module'

export default {
  routes: [
    { path: '/organizations', name: 'organizations', component: () => import('./OrganizationsPage.vue'), meta: { title: 'organizations.title', audience: 'read_people' } },
    {
      path: '/organizations/:id',
      name: 'organization',
      component: () => import('./OrganizationPage.vue'),
      props: true,
      meta: { title: 'organizations.one', audience: 'read_people' },
    },
    {
      path: '/my-organization',
      name: 'my-organization',
      component: () => import('./OrganizationPage.vue'),
      meta: { title: 'organizations.own', audience: 'keep_rosters' },
    },
    {
      path: '/proposals',
      name: 'proposals',
      component: () => import('./ProposalsPage.vue'),
      meta: { title: 'proposals.title', audience: ['security_admin', 'audit_admin', 'unit_leader', 'police_leader', 'bureau_approver'] },
    },
  ],
  menu: [
    { route: 'my-organization', icon: UserFilled, group: 'administration' },
    { route: 'organizations', icon: OfficeBuilding, group: 'administration' },
    { route: 'proposals', icon: Checked, group: 'administration' },
  ],
} satisfies PortalModule
