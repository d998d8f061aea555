import createClient from 'openapi-fetch'
import type { paths } from './schema'
import { Problem, problemFrom } from './problem'

/** What a browser's form on another site cannot send: shows the program that the request is the portal's own. */
const OWN_REQUEST = { 'X-Pinegate-Request': '1' }

type Listener = () => void
const lostSession = new Set<Listener>()

/** Calls `listener` when an answer says that this browser is no longer signed in. */
export function onSessionLost(listener: Listener): void {
  lostSession.add(listener)
}

function tellIfLost(problem: Problem): Problem {
  if (problem.status === 401 && problem.code === 'not_signed_in') for (const listener of lostSession) listener()
  return problem
}

export const api = createClient<paths>({ baseUrl: '', headers: OWN_REQUEST })

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The data of an answer. Throws a `Problem` when the program refused, or could not be reached. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await call
  } catch {
    throw new Problem(0, 'unreachable')
  }
  if (!answer.response.ok) throw tellIfLost(problemFrom(answer.response.status, answer.error))
  return answer.data as T
}

/** An answer that is a file. */
export async function fetchFile(path: string, body?: unknown): Promise<Blob> {
  const init: RequestInit = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await send(path, { ...init, headers: { ...OWN_REQUEST, 'Content-Type': 'application/json' } })
  return response.blob()
}

/** Uploads `file` with the text fields given; answers the parsed JSON. */
export async function uploadFile<T>(path: string, file: File, fields: Record<string, string>): Promise<T> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', file)
  const response = await send(path, { method: 'POST', body: form, headers: OWN_REQUEST })
  return (await response.json()) as T
}

async function send(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch {
    throw new Problem(0, 'unreachable')
  }
  if (response.ok) return response
  const body: unknown = await response.json().catch(() => undefined)
  throw tellIfLost(problemFrom(response.status, body))
}
