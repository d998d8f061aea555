import { Document } from '@element-plus/icons-vue'
import { BUREAU, POLICE, type Role } from '@/session/roles'
import type { PortalModule } from '../module'

/** Everybody with a part in the file; the operator has none (Annex 1 note 4). */
const roles: readonly Role[] = [
  'unit_clerk',
  'unit_leader',
  ...POLICE,
  'political_legal_liaison',
  ...BUREAU,
  'security_admin',
]

export default {
  routes: [
    { path: '/applications', name: 'applications', component: () => import('./ApplicationsPage.vue'), meta: { title: 'applications.title', roles } },
    {
      path: '/applications/:id',
      name: 'application',
      component: () => import('./ApplicationPage.vue'),
      props: true,
      meta: { title: 'applications.one', roles },
    },
  ],
  menu: [{ route: 'applications', icon: Document, group: 'paper' }],
} satisfies PortalModule
