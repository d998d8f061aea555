import access from './access/module'
import accessInterface from './access_interface/module'
import agreements from './agreements/module'
import applications from './applications/module'
import audit from './audit/module'
import catalogue from './catalogue/module'
import devices from './devices/module'
import grants from './grants/module'
import identity from './identity/module'
import type { PortalModule } from './module'
import organizations from './organizations/module'
import register from './register/module'
import workbench from './workbench/module'
import workOrders from './work_orders/module'

/** In the order of the menu. */
export const modules: readonly PortalModule[] = [
  workbench,
  access,
  catalogue,
  devices,
  applications,
  workOrders,
  agreements,
  accessInterface,
  grants,
  register,
  audit,
  organizations,
  identity,
]
