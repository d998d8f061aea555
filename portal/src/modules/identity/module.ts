import type { PortalModule } from '../module'

export default {
  routes: [
    {
      path: '/login',
      name: 'login',
      component: () => import('./LoginPage.vue'),
      meta: { title: 'identity.login_title', audience: 'anybody', bare: true },
    },
    {
      path: '/initial-password',
      name: 'initial-password',
      component: () => import('./InitialPasswordPage.vue'),
      meta: { title: 'identity.initial_title', audience: 'signed-in', bare: true },
    },
    {
      path: '/account',
      name: 'account',
      component: () => import('./AccountPage.vue'),
      meta: { title: 'shell.account', audience: 'signed-in' },
    },
  ],
  menu: [],
} satisfies PortalModule
