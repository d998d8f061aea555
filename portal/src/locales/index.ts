import type { Language } from 'element-plus/es/locale'
import englishElement from 'element-plus/es/locale/lang/en'
import chineseElement from 'element-plus/es/locale/lang/zh-cn'
import { shallowRef } from 'vue'
import { createI18n } from 'vue-i18n'
import type { Catalogue } from './catalogue'
import chinese from './zh-CN'

export type Locale = 'zh-CN' | 'en'

const REMEMBERED = 'pinegate.locale'

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': chinese } as Record<string, Catalogue>,
})

export const elementLocale = shallowRef<Language>(chineseElement)

/** Switches the language; English is loaded on first use. */
export async function setLocale(locale: Locale): Promise<void> {
  if (locale === 'en') i18n.global.setLocaleMessage('en', (await import('./en')).default)
  elementLocale.value = locale === 'en' ? englishElement : chineseElement
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
  localStorage.setItem(REMEMBERED, locale)
}

export async function restoreLocale(): Promise<void> {
  if (localStorage.getItem(REMEMBERED) === 'en') await setLocale('en')
}
