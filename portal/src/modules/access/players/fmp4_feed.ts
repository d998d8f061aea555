import { codecsOf, initialisationLength } from './fmp4_boxes'

/** What `Fmp4Feed` needs of a `SourceBuffer`. */
export interface Sink {
  readonly updating: boolean
  readonly buffered: { readonly length: number; start(index: number): number; end(index: number): number }
  appendBuffer(bytes: Uint8Array<ArrayBuffer>): void
  remove(from: number, to: number): void
  addEventListener(type: 'updateend', listener: () => void): void
}

export type OpenSink = (mimeType: string) => Sink

/** An initialisation segment is a few hundred bytes; whatever is longer is none. */
const MAX_INITIALISATION = 1 << 20
/** Backlog that the browser could not take; beyond it the stream is given up as too slow. */
const MAX_BACKLOG = 16 << 20
const KEEP_SECONDS = 12
const FORGET_SECONDS = 30

/** Carries the bytes of a fragmented MP4 to a `SourceBuffer`, which takes one piece at a time. */
export class Fmp4Feed {
  private head = new Uint8Array(0)
  private sink: Sink | null = null
  private readonly waiting: Uint8Array<ArrayBuffer>[] = []
  private backlog = 0

  constructor(private readonly openSink: OpenSink) {}

  /** Takes the next bytes. Throws when they are no fragmented MP4, its codec cannot be opened, or too many wait. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.sink) {
      this.enqueue(bytes)
      return
    }
    const joined = new Uint8Array(this.head.length + bytes.length)
    joined.set(this.head)
    joined.set(bytes, this.head.length)
    const length = initialisationLength(joined)
    if (length === null) {
      if (joined.length > MAX_INITIALISATION) throw new RangeError('no initialisation segment')
      this.head = joined
      return
    }
    const codecs = codecsOf(joined.subarray(0, length))
    const sink = this.openSink(`video/mp4; codecs="${codecs.join(', ')}"`)
    sink.addEventListener('updateend', () => {
      this.drain()
    })
    this.sink = sink
    this.enqueue(joined)
  }

  private enqueue(bytes: Uint8Array<ArrayBuffer>): void {
    this.waiting.push(bytes)
    this.backlog += bytes.length
    if (this.backlog > MAX_BACKLOG) throw new RangeError('the browser cannot keep up')
    this.drain()
  }

  private drain(): void {
    const sink = this.sink
    if (!sink || sink.updating) return
    if (this.forget(sink)) return
    const next = this.waiting.shift()
    if (!next) return
    this.backlog -= next.length
    sink.appendBuffer(next)
  }

  /** Drops what was shown long ago, or memory would grow for as long as somebody watches. */
  private forget(sink: Sink): boolean {
    const { buffered } = sink
    if (buffered.length === 0) return false
    const start = buffered.start(0)
    const end = buffered.end(buffered.length - 1)
    if (end - start < FORGET_SECONDS) return false
    sink.remove(start, end - KEEP_SECONDS)
    return true
  }
}
