import type { components, paths } from './schema'

/** Short names for what the programme answers with; the types themselves are generated. */
type Schemas = components['schemas']
type Get<P extends keyof paths> = paths[P] extends { get: { responses: { 200: { content: { 'application/json': infer T } } } } }
  ? T
  : never
type Item<T> = T extends { items: (infer U)[] } ? U : never

export type Me = Schemas['Me']
export type DemonstrationAccount = Schemas['DemonstrationAccount']
export type TotpSetup = Schemas['TotpPrepared']
export type Notice = Schemas['NoticeOut']
export type OrganizationDetail = Schemas['OrganizationDetail']
export type OrganizationIn = Schemas['OrganizationIn']
export type Person = Schemas['PersonOut']
export type InformationSystem = Item<Get<'/api/systems'>>
export type DutyText = Schemas['DutyOut']
export type Device = Schemas['DeviceOut']
export type DeviceIn = Schemas['DeviceIn']
export type DeviceStatus = Schemas['StatusOut']
export type Division = Schemas['DivisionOut']
export type Code = Schemas['CategoryOut']
export type RecordField = Schemas['FieldOut']
export type Codes = Schemas['CodesOut']
export type Point = Schemas['PointOut']
export type PointDetail = Schemas['PointDetail']
export type PointsTree = Schemas['TreeNode']
export type ListingState = Schemas['ListingState']
export type Moved = Schemas['MoveOut']
export type MoveEvent = Schemas['MoveIn']['event']
export type Operation = Schemas['Operation']
export type ApplicationSummary = Schemas['ApplicationSummary']
export type Application = Schemas['ApplicationOut']
export type ApplicationState = Schemas['ApplicationState']
export type ApplicationEvent = Schemas['ApplicationEvent']
export type ApplicationPoint = Schemas['ApplicationPointOut']
export type Contacts = Schemas['Contacts']
export type Contact = Schemas['ContactBody']
export type Consultation = Schemas['ConsultationBody']
export type Opinion = Schemas['OpinionOut']
export type StoredDocument = Schemas['DocumentOut']
export type Agreement = Schemas['AgreementOut']
export type Receipt = Schemas['Receipt']
export type WorkOrderState = Schemas['WorkOrderState']
export type RevocationScope = Schemas['RevocationScope']
export type PlayAnswer = Schemas['PlayAnswer']
export type PtzMove = Schemas['PtzMove']
export type RegisterRow = Schemas['RegisterEntryOut']
