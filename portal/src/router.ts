import { createRouter, createWebHashHistory } from 'vue-router'
import { i18n } from '@/locales'
import { modules } from '@/modules'
import { useSession } from '@/session/session'

export const router = createRouter({
  // Behind the hash, so that the program serves its files by their exact paths and needs no catch-all.
  history: createWebHashHistory(),
  routes: [
    ...modules.flatMap((module) => module.routes),
    {
      path: '/:path(.*)*',
      name: 'missing',
      component: () => import('@/shell/MissingPage.vue'),
      meta: { title: 'shell.missing_title', audience: 'signed-in' },
    },
  ],
  scrollBehavior: () => ({ top: 0 }),
})

/** What opens without the second factor that is asked for. */
const BEFORE_SECOND_FACTOR = new Set(['second-factor', 'enrol', 'login'])

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.me && to.meta.audience !== 'anybody') {
    const me = await session.load().catch(() => null)
    if (!me) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
  }
  if (session.me?.must_set_up_totp && !BEFORE_SECOND_FACTOR.has(String(to.name))) return { name: 'second-factor' }
  return true
})

router.afterEach((to) => {
  const { t } = i18n.global
  document.title = `${t(to.meta.title)} · ${t('shell.product')}`
})
