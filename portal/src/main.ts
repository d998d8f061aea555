import ElementPlus from 'element-plus'
import 'element-plus/dist/index.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { onSessionLost } from './api/client'
import { i18n, restoreLocale } from './locales'
import { router } from './router'
import { useSession } from './session/session'
import './styles/theme.css'

async function start(): Promise<void> {
  await restoreLocale()
  const app = createApp(App)
  app.use(createPinia()).use(i18n).use(router).use(ElementPlus)
  onSessionLost(() => {
    const session = useSession()
    if (!session.me) return
    session.me = null
    void router.replace({ name: 'login', query: { why: 'ended', next: router.currentRoute.value.fullPath } })
  })
  await router.isReady()
  app.mount('#app')
}

void start()
