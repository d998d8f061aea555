import type { PortalModule } from '../module'

export default {
  routes: [
    {
      path: '/login',
      name: 'login',
      component: () => import('./LoginPage.vue'),
      meta: { title: 'identity.login_title', roles: 'anybody', bare: true },
    },
    {
      path: '/initial-password',
      name: 'initial-password',
      component: () => import('./InitialPasswordPage.vue'),
      meta: { title: 'identity.initial_title', roles: 'signed-in', bare: true },
    },
    {
      path: '/account',
      name: 'account',
      component: () => import('./AccountPage.vue'),
      meta: { title: 'shell.account', roles: 'signed-in' },
    },
  ],
  menu: [],
} satisfies PortalModule
