import { VideoCamera } from '@element-plus/icons-vue'
import { UNIT } from '@/session/roles'
import type { PortalModule } from '../module'

export default {
  routes: [
    {
      path: '/live',
      name: 'live',
      component: () => import('./LivePage.vue'),
      meta: { title: 'access.title', audience: UNIT },
    },
  ],
  menu: [{ route: 'live', icon: VideoCamera, group: 'work' }],
} satisfies PortalModule
