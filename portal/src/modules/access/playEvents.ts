type Listener = (reason: string) => void

const listeners = new Map<string, Listener>()
let source: EventSource | null = null

interface End {
  session_id: string
  reason: string
}

function isEnd(value: unknown): value is End {
  if (typeof value !== 'object' || value === null) return false
  return 'session_id' in value && 'reason' in value && typeof value.reason === 'string'
}

function open(): EventSource {
  const events = new EventSource('/api/play/events')
  events.addEventListener('session_ended', (event: MessageEvent<string>) => {
    const told: unknown = JSON.parse(event.data)
    if (isEnd(told)) listeners.get(told.session_id)?.(told.reason)
  })
  return events
}

/** Calls `listener` with the reason when the program ends this play session. One stream of events serves all tiles. */
export function onSessionEnded(sessionId: string, listener: Listener): () => void {
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
