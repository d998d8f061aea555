import { describe, expect, it } from 'vitest'
import { OFFICES, officeFor } from '@/components/contacts'
import english from '@/locales/en'
import chinese from '@/locales/zh-CN'

describe('whom to ask', () => {
  it.each([
    ['not_on_roster', 'unit_clerk'],
    ['grant_suspended', 'bureau'],
    ['internal_error', 'operator'],
  ])('about %s is said once: %s', (code, office) => {
    expect(officeFor(code)).toBe(office)
  })

  it('is nobody where only the reader can help', () => {
    expect(officeFor('reason_missing')).toBeUndefined()
  })

  it.each([chinese, english])('has a name for every office', (messages) => {
    const named = messages as unknown as { contact: { office: Record<string, string> } }
    expect(Object.keys(named.contact.office).sort()).toEqual(Object.keys(OFFICES).sort())
  })
})
