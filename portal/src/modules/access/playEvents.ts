/** What the program tells of one play session. */
export interface PlayListener {
  /** It was ended, and why. */
  ended: (reason: string) => void
  /** Whether the camera sends anything that can be shown. */
  pictures: (coming: boolean) => void
}

const listeners = new Map<string, PlayListener>()
let source: EventSource | null = null

function told(data: string): Partial<Record<string, unknown>> {
  const value: unknown = JSON.parse(data)
  return typeof value === 'object' && value !== null ? value : {}
}

function open(): EventSource {
  const events = new EventSource('/api/play/events')
  events.addEventListener('session_ended', (event: MessageEvent<string>) => {
    const { session_id: id, reason } = told(event.data)
    if (typeof id === 'string' && typeof reason === 'string') listeners.get(id)?.ended(reason)
  })
  events.addEventListener('pictures', (event: MessageEvent<string>) => {
    const { session_id: id, coming } = told(event.data)
    if (typeof id === 'string' && typeof coming === 'boolean') listeners.get(id)?.pictures(coming)
  })
  return events
}

/** Tells `listener` what becomes of this play session. One stream of events serves all tiles. */
export function onPlayEvents(sessionId: string, listener: PlayListener): () => void {
  listeners.set(sessionId, listener)
  source ??= open()
  return () => {
    listeners.delete(sessionId)
    if (listeners.size === 0) {
      source?.close()
      source = null
    }
  }
}
