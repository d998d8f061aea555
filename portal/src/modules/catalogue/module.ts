import { MapLocation } from '@element-plus/icons-vue'
import type { PortalModule } from '../module'

export default {
  routes: [
    { path: '/catalogue', name: 'catalogue', component: () => import('./CataloguePage.vue'), meta: { title: 'catalogue.title', audience: 'signed-in' } },
    { path: '/catalogue/:id', name: 'point', component: () => import('./PointPage.vue'), props: true, meta: { title: 'catalogue.point', audience: 'signed-in' } },
  ],
  menu: [{ route: 'catalogue', icon: MapLocation, group: 'resources' }],
} satisfies PortalModule
