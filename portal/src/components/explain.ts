import { useI18n } from 'vue-i18n'
import { asProblem } from '@/api/problem'

/** Words for the codes that the program answers with: refusals, denials, reasons why a picture ended. */
export function useExplain(): { code: (code: string) => string; error: (error: unknown) => string } {
  const { t, te } = useI18n()

  function code(value: string): string {
    for (const group of ['code', 'end']) if (te(`${group}.${value}`)) return t(`${group}.${value}`)
    return t('code.unexpected')
  }

  function error(thrown: unknown): string {
    return code(asProblem(thrown).code)
  }

  return { code, error }
}
