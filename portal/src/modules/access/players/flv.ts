import mpegts from 'mpegts.js'
import { Picture } from './picture'
import type { EndCode, Player } from './player'

mpegts.LoggingControl.enableAll = false

/** HTTP-FLV and WebSocket-FLV. The latency is kept by `Picture`, so mpegts.js neither hoards nor chases. */
export class FlvPlayer implements Player {
  private readonly picture: Picture
  private player: mpegts.Player | null = null

  constructor(video: HTMLVideoElement) {
    this.picture = new Picture(video)
  }

  start(url: string): void {
    // No worker: demuxing a few megabits costs little, and the page's policy need not allow blob: scripts.
    const player = mpegts.createPlayer(
      { type: 'flv', isLive: true, url },
      { enableWorker: false, enableStashBuffer: false, lazyLoad: false, autoCleanupSourceBuffer: true },
    )
    this.player = player
    player.on(mpegts.Events.ERROR, (type: string, detail: string) => {
      this.close(this.codeOf(type, detail))
    })
    player.on(mpegts.Events.LOADING_COMPLETE, () => {
      this.close(null)
    })
    player.on(mpegts.Events.MEDIA_INFO, (info: mpegts.MSEPlayerMediaInfo) => {
      if (info.hasAudio) this.picture.hasSound()
    })
    this.picture.begin()
    player.attachMediaElement(this.picture.video)
    player.load()
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

  private codeOf(type: string, detail: string): EndCode {
    if (type === mpegts.ErrorTypes.NETWORK_ERROR) return null
    const unsupported = detail === mpegts.ErrorDetails.MEDIA_CODEC_UNSUPPORTED
    return unsupported || !this.picture.decoded ? 'undecodable' : 'media_error'
  }

  private close(code: EndCode): void {
    this.picture.end(code)
  }

  private release(): void {
    const player = this.player
    this.player = null
    // mpegts.js is still in its own callback when it reports an end; it is destroyed after that.
    if (player) queueMicrotask(() => player.destroy())
  }
}
