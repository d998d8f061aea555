import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import english from '@/locales/en'
import chinese from '@/locales/zh-CN'

const messages = { 'zh-CN': chinese, en: english }

describe.each(['zh-CN', 'en'] as const)('the messages in %s', (locale) => {
  const { t } = createI18n({ legacy: false, locale, messages }).global

  it("take in the city's own names", () => {
    expect(t('identity.motto_note')).toContain(messages[locale].city.regulation)
  })
})
