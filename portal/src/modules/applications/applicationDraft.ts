import type { Application, ApplicationPoint, Contact, Contacts, Operation, Operations } from '@/api/models'

/** The form as the clerk fills it in. */
export interface ApplicationDraft {
  purpose: string
  legal_basis: string
  areas: string[]
  categories: string[]
  contacts: Required<Contacts>
  points: ApplicationPoint[]
  valid_from: string | null
  valid_until: string | null
}

const contact = (from: Contact | undefined): Contact => ({ name: '', telephone: '', mobile: '', email: '', ...from })

export function draftOf(application: Application): ApplicationDraft {
  const { purpose, legal_basis, areas, categories, contacts, points, valid_from, valid_until } = application
  return structuredClone({
    purpose,
    legal_basis,
    areas,
    categories,
    contacts: {
      responsible_person: contact(contacts.responsible_person),
      contact_person: contact(contacts.contact_person),
      technical_contact: contact(contacts.technical_contact),
    },
    points,
    valid_from,
    valid_until,
  })
}

/** The body of the change; `version` lets the program refuse when somebody else wrote meanwhile. */
export function changeOf(draft: ApplicationDraft, version: number): Omit<ApplicationDraft, 'points'> & {
  points: { point_id: string; operations: Operation[] }[]
  version: number
} {
  const points = draft.points.map((line) => ({ point_id: line.point.id, operations: line.requested }))
  return { ...draft, points, version, valid_from: draft.valid_from || null, valid_until: draft.valid_until || null }
}

/** What may be asked of a camera: a fixed one has nothing to turn. */
export function askable(operations: Operations, turns: boolean): Operation[] {
  return operations.requestable.filter((operation) => turns || !operations.only_turning.includes(operation))
}

/** Operations asked for but not consented to. */
export function cutFrom(line: ApplicationPoint): Operation[] {
  return line.consented ? line.requested.filter((operation) => !line.consented?.includes(operation)) : []
}
