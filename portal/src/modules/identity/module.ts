import type { PortalModule } from '../module'

export default {
  routes: [
    {
      path: '/login',
      name: 'login',
      component: () => import('./LoginPage.vue'),
      meta: { title: 'identity.login_title', bare: true, anonymous: true },
    },
    {
      path: '/initial-password',
      name: 'initial-password',
      component: () => import('./InitialPasswordPage.vue'),
      meta: { title: 'identity.initial_title', bare: true },
    },
    {
      path: '/account',
      name: 'account',
      component: () => import('./AccountPage.vue'),
      meta: { title: 'shell.account' },
    },
  ],
  menu: [],
} satisfies PortalModule
