/** The ways in which a picture can come; the names are those of the play answer. WebSocket first: a browser opens at
 *  most six HTTP/1.1 connections to one worker, so nine pictures over HTTP would wait for each other. */
export const PROTOCOLS = ['ws-flv', 'flv', 'ws-fmp4', 'fmp4'] as const

export type Protocol = (typeof PROTOCOLS)[number]

/** Why a player stopped by itself: a code of the catalogue, or null when the other side closed without saying. */
export type EndCode = string | null

/** One picture in one `<video>` element. `stop` is final, and tells nobody; `onEnd` is called at most once. */
export interface Player {
  start(url: string): void
  stop(): void
  /** Called for every presented frame. */
  onFrame(listener: () => void): void
  /** Called when the stream turns out to have sound. It stays muted until somebody wants to hear it. */
  onSound(listener: () => void): void
  onEnd(listener: (code: EndCode) => void): void
}

/** The player for `protocol`; each is loaded when it is first needed. */
export async function createPlayer(protocol: Protocol, video: HTMLVideoElement): Promise<Player> {
  if (protocol === 'flv' || protocol === 'ws-flv') {
    const { FlvPlayer } = await import('./flv')
    return new FlvPlayer(video)
  }
  const { Fmp4Player } = await import('./fmp4')
  return new Fmp4Player(video, protocol === 'ws-fmp4')
}
