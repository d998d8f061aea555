import { Connection } from '@element-plus/icons-vue'
import { BUREAU, OPERATOR, POLICE, type Role } from '@/session/roles'
import type { PortalModule } from '../module'

const roles: readonly Role[] = [...OPERATOR, ...POLICE, ...BUREAU, 'system_admin']

export default {
  routes: [
    { path: '/devices', name: 'devices', component: () => import('./DevicesPage.vue'), meta: { title: 'devices.title', audience: roles } },
  ],
  menu: [{ route: 'devices', icon: Connection, group: 'resources' }],
} satisfies PortalModule
