import { shallowRef, type ShallowRef } from 'vue'
import { api, ask } from '@/api/client'
import type { Code, Division, Operations } from '@/api/models'

const categories = shallowRef<Code[]>([])
const divisions = shallowRef<Division | null>(null)

const operations = shallowRef<Operations>({ requestable: [], only_turning: [] })

/** Which operations may be asked for; fetched once. */
export function useOperations(): ShallowRef<Operations> {
  if (operations.value.requestable.length === 0)
    void ask(api.GET('/api/operations')).then(
      (found) => (operations.value = found),
      () => undefined,
    )
  return operations
}

/** Note 2's categories; fetched once. */
export function useCategories(): ShallowRef<Code[]> {
  if (categories.value.length === 0)
    void ask(api.GET('/api/categories')).then(
      (list) => (categories.value = list),
      () => undefined,
    )
  return categories
}

/** The city with its districts and townships; fetched once. */
export function useDivisions(): ShallowRef<Division | null> {
  if (!divisions.value)
    void ask(api.GET('/api/divisions')).then(
      (tree) => (divisions.value = tree),
      () => undefined,
    )
  return divisions
}

export function nameOf(codes: readonly Code[], code: string): string {
  return codes.find((item) => item.code === code)?.name ?? code
}

/** 屯溪区, or 屯溪区黎阳镇 for a township's code (Annex 1 note 1). */
export function placeName(city: Division | null, code: string): string {
  for (const district of city?.children ?? []) {
    if (district.code === code) return district.name
    const town = district.children?.find((item) => item.code === code)
    if (town) return district.name + town.name
  }
  return code
}
