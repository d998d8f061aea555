type Listener = (reason: string) => void

const listeners = new Map<string, Listener>()
let source: EventSource | null = null

function isEnd(value: unknown): value is { session_id: string; reason: string } {
  return typeof value === 'object' && value !== null && 'session_id' in value && 'reason' in value
}

function open(): EventSource {
  const events = new EventSource('/api/play/events')
  events.addEventListener('session_ended', (event: MessageEvent<string>) => {
    const told: unknown = JSON.parse(event.data)
    if (isEnd(told)) listeners.get(told.session_id)?.(told.reason)
  })
  return events
}

/** Calls `listener` with the reason when the programme ends this play session. One stream of events serves all tiles. */
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
