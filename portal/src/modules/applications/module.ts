import { Document } from '@element-plus/icons-vue'
import type { PortalModule } from '../module'

/** Everybody with a part in the file; the operator has none (Annex 1 note 4). */
export default {
  routes: [
    { path: '/applications', name: 'applications', component: () => import('./ApplicationsPage.vue'), meta: { title: 'applications.title', audience: 'read_applications' } },
    {
      path: '/applications/:id',
      name: 'application',
      component: () => import('./ApplicationPage.vue'),
      props: true,
      meta: { title: 'applications.one', audience: 'read_applications' },
    },
  ],
  menu: [{ route: 'applications', icon: Document, group: 'paper' }],
} satisfies PortalModule
