import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { Role } from '@/session/roles'

export type MenuGroup = 'work' | 'resources' | 'paper' | 'oversight' | 'administration'

export interface MenuEntry {
  /** Name of the route that it leads to. */
  route: string
  icon: Component
  group: MenuGroup
  /** Who sees it; absent: everybody who is signed in. The program decides again on each request. */
  roles?: readonly Role[]
}

/** One feature of the portal: its routes, its places in the menu, and the roles allowed. */
export interface PortalModule {
  routes: RouteRecordRaw[]
  menu: MenuEntry[]
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Message key of the page's title. */
    title: string
    roles?: readonly Role[]
    /** Shown without the shell: login and the forced change of password. */
    bare?: boolean
    anonymous?: boolean
  }
}
