import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, ask } from '@/api/client'
import type { Me } from '@/api/models'
import { Problem } from '@/api/problem'
import type { components } from '@/api/schema'
import type { Audience, Permission, Role } from './roles'

export type SignIn = components['schemas']['SignInForm']

/** Who sits before this browser. Held once; everything shown or hidden by role asks here, and the program decides again. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const roles = computed(() => new Set<string>(me.value?.roles ?? []))

  function has(wanted: readonly Role[]): boolean {
    return wanted.some((role) => roles.value.has(role))
  }

  /** Whether the person holds `permission`. */
  function may(permission: Permission): boolean {
    return me.value?.permissions.includes(permission) ?? false
  }

  /** Whether the person's roles take this step of a state table, in some state. */
  function takes(table: 'application' | 'agreement' | 'listing' | 'proposal', event: string): boolean {
    return me.value?.steps[table]?.includes(event) ?? false
  }

  /** Whether the person belongs to `audience`; to none, nobody does. */
  function belongsTo(audience: Audience | undefined): boolean {
    if (audience === 'anybody') return true
    if (!audience || !me.value) return false
    if (audience === 'signed-in') return true
    return typeof audience === 'string' ? may(audience) : has(audience)
  }

  /** Asks who is signed in; null when nobody is. */
  async function load(): Promise<Me | null> {
    try {
      me.value = await ask(api.GET('/api/session'))
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      me.value = null
    }
    return me.value
  }

  async function signIn(credentials: SignIn): Promise<void> {
    me.value = await ask(api.POST('/api/session', { body: credentials }))
  }

  async function signOut(): Promise<void> {
    try {
      await ask(api.DELETE('/api/session'))
    } finally {
      me.value = null
    }
  }

  return { me, has, may, takes, belongsTo, load, signIn, signOut }
})
