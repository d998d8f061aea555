import { Notebook } from '@element-plus/icons-vue'
import { BUREAU, POLICE, type Role } from '@/session/roles'
import type { PortalModule } from '../module'

const roles: readonly Role[] = ['unit_clerk', 'unit_leader', ...POLICE, ...BUREAU, 'audit_admin']

export default {
  routes: [
    { path: '/access-register', name: 'register', component: () => import('./RegisterPage.vue'), meta: { title: 'register.title', audience: roles } },
  ],
  menu: [{ route: 'register', icon: Notebook, group: 'oversight' }],
} satisfies PortalModule
