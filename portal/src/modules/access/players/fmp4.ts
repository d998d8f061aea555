import { Fmp4Feed, type Sink } from './fmp4_feed'
import { Picture } from './picture'
import type { EndCode, Player } from './player'

class Undecodable extends Error {}

/** Fragmented MP4 over HTTP or WebSocket, by Media Source Extensions. */
export class Fmp4Player implements Player {
  private readonly picture: Picture
  private readonly abort = new AbortController()
  private socket: WebSocket | null = null
  private objectUrl = ''

  constructor(
    video: HTMLVideoElement,
    private readonly byWebSocket: boolean,
  ) {
    this.picture = new Picture(video)
  }

  start(url: string): void {
    const source = new MediaSource()
    this.objectUrl = URL.createObjectURL(source)
    this.picture.video.src = this.objectUrl
    this.picture.begin()
    const feed = new Fmp4Feed((mimeType) => this.openSink(source, mimeType))
    source.addEventListener('sourceopen', () => {
      if (this.byWebSocket) this.listen(url, feed)
      else void this.read(url, feed)
    }, { once: true })
  }

  stop(): void {
    this.picture.finish()
    this.release()
  }

  onFrame(listener: () => void): void {
    this.picture.onFrame(listener)
  }

  onSound(listener: () => void): void {
    this.picture.onSound(listener)
  }

  onEnd(listener: (code: EndCode) => void): void {
    this.picture.onEnd((code) => {
      this.release()
      listener(code)
    })
  }

  private openSink(source: MediaSource, mimeType: string): Sink {
    if (!MediaSource.isTypeSupported(mimeType)) throw new Undecodable(mimeType)
    if (mimeType.includes('mp4a')) this.picture.hasSound()
    return source.addSourceBuffer(mimeType)
  }

  private async read(url: string, feed: Fmp4Feed): Promise<void> {
    try {
      const response = await fetch(url, { signal: this.abort.signal, credentials: 'omit', cache: 'no-store' })
      if (!response.ok || !response.body) {
        this.picture.end(null)
        return
      }
      const reader = response.body.getReader()
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        if (!this.take(feed, part.value)) return
      }
      this.picture.end(null)
    } catch {
      this.picture.end(null)
    }
  }

  private listen(url: string, feed: Fmp4Feed): void {
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) this.take(feed, new Uint8Array(event.data))
    })
    socket.addEventListener('close', (event) => {
      // 4000–4999 are the program's own; the reason is then a code of the catalogue.
      this.picture.end(event.code >= 4000 && event.reason ? event.reason : null)
    })
    this.socket = socket
  }

  private take(feed: Fmp4Feed, bytes: Uint8Array<ArrayBuffer>): boolean {
    try {
      feed.push(bytes)
      return true
    } catch (error) {
      this.picture.end(error instanceof Undecodable ? 'undecodable' : 'media_error')
      return false
    }
  }

  private release(): void {
    this.abort.abort()
    this.socket?.close()
    this.picture.video.removeAttribute('src')
    this.picture.video.load()
    URL.revokeObjectURL(this.objectUrl)
  }
}
