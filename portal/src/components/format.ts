import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'

export interface Formats {
  /** 2026-11-22 15:04 */
  time(value: string | null | undefined): string
  /** 2026-11-22 15:04:05 */
  second(value: string | null | undefined): string
  day(value: string | null | undefined): string
  /** "3 minutes ago"; older than a week: the day. */
  ago(value: string): string
  bytes(value: number): string
  count(value: number): string
  /** "10,000+" where counting stopped there. */
  counted(value: number | null, atLeast: boolean): string
  /** Length of a stay, such as 4:07 or 1:02:33. */
  duration(from: string | null, to: string | null): string
}

const pad = (n: number): string => String(n).padStart(2, '0')

function parts(value: string): { day: string; minute: string; second: string } {
  const d = new Date(value)
  const day = `${String(d.getFullYear())}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`
  const minute = `${pad(d.getHours())}:${pad(d.getMinutes())}`
  return { day, minute, second: pad(d.getSeconds()) }
}

function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let unit = 0
  let amount = value
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024
    unit += 1
  }
  return `${unit === 0 ? String(amount) : amount.toFixed(1)} ${units[unit] ?? ''}`
}

function duration(from: string | null, to: string | null): string {
  if (!from) return '—'
  const seconds = Math.max(0, Math.round((new Date(to ?? Date.now()).getTime() - new Date(from).getTime()) / 1000))
  const hours = Math.floor(seconds / 3600)
  const rest = `${pad(Math.floor((seconds % 3600) / 60))}:${pad(seconds % 60)}`
  return hours > 0 ? `${String(hours)}:${rest}` : rest
}

/** Times, numbers and sizes as the reader's language writes them. Empty values show a dash. */
export function useFormats(): ComputedRef<Formats> {
  const { locale } = useI18n()
  return computed(() => {
    const number = new Intl.NumberFormat(locale.value)
    const relative = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' })
    return {
      time: (value) => (value ? `${parts(value).day} ${parts(value).minute}` : '—'),
      second: (value) => (value ? `${parts(value).day} ${parts(value).minute}:${parts(value).second}` : '—'),
      day: (value) => (value ? parts(value).day : '—'),
      ago(value) {
        const minutes = (new Date(value).getTime() - Date.now()) / 60_000
        if (minutes > -1) return relative.format(0, 'minute')
        if (minutes > -60) return relative.format(Math.round(minutes), 'minute')
        if (minutes > -1440) return relative.format(Math.round(minutes / 60), 'hour')
        return minutes > -10_080 ? relative.format(Math.round(minutes / 1440), 'day') : parts(value).day
      },
      bytes,
      count: (value) => number.format(value),
      counted: (value, atLeast) => (value === null ? '—' : `${number.format(value)}${atLeast ? '+' : ''}`),
      duration,
    }
  })
}
