import type { EndCode } from './player'

/** How far behind the newest data the picture may fall before it jumps, and where it lands, in seconds. */
const MAX_LATENCY = 1.5
const LANDING = 0.3
const CHECK_MS = 400
/** How long data may arrive without any picture before the codec is taken to be undecodable. */
const UNDECODABLE_MS = 8000

/** What both players share about the `<video>` element: frames, sound, the live edge, and a picture that never comes. */
export class Picture {
  private readonly frameListeners: (() => void)[] = []
  private soundListener: (() => void) | null = null
  private endListener: ((code: EndCode) => void) | null = null
  private frameRequest = 0
  private timer = 0
  private dataSince = 0
  private over = false

  constructor(readonly video: HTMLVideoElement) {}

  onFrame(listener: () => void): void {
    this.frameListeners.push(listener)
  }

  onSound(listener: () => void): void {
    this.soundListener = listener
  }

  onEnd(listener: (code: EndCode) => void): void {
    this.endListener = listener
  }

  begin(): void {
    this.video.muted = true
    this.video.playsInline = true
    this.video.addEventListener('error', this.failed)
    this.timer = window.setInterval(() => {
      this.check()
    }, CHECK_MS)
    this.awaitFrame()
  }

  /** Tells that the stream has sound. */
  hasSound(): void {
    if (!this.over) this.soundListener?.()
  }

  /** Tells that the stream ended by itself. */
  end(code: EndCode): void {
    if (this.over) return
    this.finish()
    this.endListener?.(code)
  }

  /** Stops watching; nothing is told any more. */
  finish(): void {
    this.over = true
    window.clearInterval(this.timer)
    this.video.removeEventListener('error', this.failed)
    this.video.cancelVideoFrameCallback(this.frameRequest)
  }

  /** Whether anything could be decoded so far. Chromium stays silent about H.265 that it cannot decode. */
  get decoded(): boolean {
    return this.video.videoWidth > 0
  }

  /** The browser's decoder gave up: nothing that comes can be appended any more. */
  private readonly failed = (): void => {
    this.end(this.decoded ? 'media_error' : 'undecodable')
  }

  private awaitFrame(): void {
    this.frameRequest = this.video.requestVideoFrameCallback(() => {
      for (const listener of this.frameListeners) listener()
      if (!this.over) this.awaitFrame()
    })
  }

  private check(): void {
    const { buffered, currentTime } = this.video
    if (buffered.length === 0) return
    this.dataSince ||= performance.now()
    if (!this.decoded && performance.now() - this.dataSince > UNDECODABLE_MS) {
      this.end('undecodable')
      return
    }
    const edge = buffered.end(buffered.length - 1)
    const start = buffered.start(buffered.length - 1)
    if (edge - currentTime > MAX_LATENCY || currentTime < start) this.video.currentTime = Math.max(start, edge - LANDING)
    if (this.video.paused && !document.hidden) void this.video.play().catch(() => undefined)
  }
}
