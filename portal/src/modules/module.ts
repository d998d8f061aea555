import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { Audience } from '@/session/roles'

export type MenuGroup = 'work' | 'resources' | 'paper' | 'oversight' | 'administration'

export interface MenuEntry {
  /** Name of the route that it leads to. */
  route: string
  icon: Component
  group: MenuGroup
}

/** One feature of the portal: its routes with whom they are for, and its places in the menu, seen by the same. */
export interface PortalModule {
  routes: RouteRecordRaw[]
  menu: MenuEntry[]
}

declare module 'vue-router' {
  interface RouteMeta {
    /** Message key of the page's title. */
    title: string
    /** Who may open the page; a route that does not say is closed to everybody. */
    audience: Audience
    /** Shown without the shell: login and the forced change of password. */
    bare?: boolean
  }
}
