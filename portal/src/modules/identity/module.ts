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
      path: '/enrol/:secret?',
      name: 'enrol',
      component: () => import('./EnrolPage.vue'),
      props: true,
      meta: { title: 'identity.enrol_title', audience: 'anybody', bare: true },
    },
    {
      path: '/second-factor',
      name: 'second-factor',
      component: () => import('./SecondFactorPage.vue'),
      meta: { title: 'identity.second_title', audience: 'signed-in', bare: true },
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
