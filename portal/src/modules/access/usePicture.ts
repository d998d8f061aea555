import { onScopeDispose, reactive, type Ref } from 'vue'
import { api, ask } from '@/api/client'
import type { PlayAnswer } from '@/api/models'
import { asProblem } from '@/api/problem'
import { createPlayer, type EndCode, type Player, type Protocol } from './players/player'
import { onPlayEvents } from './playEvents'

export type PictureState = 'idle' | 'connecting' | 'playing' | 'ended' | 'denied' | 'failed'

/** `none`: not granted, or the stream has no sound. */
export type Sound = 'none' | 'off' | 'on'

export interface PictureView {
  state: PictureState
  /** Why it ended, was denied or could not be opened: a key of the catalogue. */
  code: string
  frames: number
  /** The play goes on, and the camera sends nothing that can be shown. */
  noPicture: boolean
  answer: PlayAnswer | null
  startedAt: number
  retrying: boolean
  sound: Sound
}

/** Ends after which one tries again by oneself; what the authority decided is never argued with. Who lost the permission
 *  to hear may see as before, so that is tried at once. */
const TRANSIENT = new Set(['source_lost', 'worker_lost', 'network', 'too_slow', 'ticket_expired', 'media_error', 'sound_withdrawn'])
const RETRY_MS = [3000, 6000, 12_000]
/** A decoder that gave up on damaged data is set up anew at once: the next key frame repairs the picture. */
const HEAL_MS = 300
/** A picture that lasted so long has come back: from then on all tries are open again. */
const STEADY_MS = 10_000

const ASKED_WHY = 6
const ASK_AGAIN_MS = 250

export type Opener = () => Promise<PlayAnswer>

export interface LivePicture {
  view: PictureView
  open: (opener: Opener) => Promise<void>
  stop: (code?: string) => void
  again: () => void
  toggleSound: () => void
}

/** The life of one picture: ask the program, play, and say why it ended. */
export function usePicture(video: Ref<HTMLVideoElement | null>): LivePicture {
  const view = reactive<PictureView>({
    state: 'idle',
    code: '',
    frames: 0,
    noPicture: false,
    answer: null,
    startedAt: 0,
    retrying: false,
    sound: 'none',
  })
  let player: Player | null = null
  let forget: (() => void) | null = null
  let opener: Opener | null = null
  let attempt = 0
  let tries = 0
  let timer = 0

  function release(): void {
    window.clearTimeout(timer)
    player?.stop()
    player = null
    forget?.()
    forget = null
  }

  function tellLeft(sessionId: string): void {
    void fetch(`/api/play/${encodeURIComponent(sessionId)}`, {
      method: 'DELETE',
      keepalive: true,
      headers: { 'X-Pinegate-Request': '1' },
    }).catch(() => undefined)
  }

  function pause(code: string): number {
    if (code === 'sound_withdrawn') return 0
    return code === 'media_error' && tries === 0 ? HEAL_MS : (RETRY_MS[tries] ?? 0)
  }

  function end(code: string): void {
    release()
    view.state = 'ended'
    view.sound = 'none'
    view.code = code
    view.retrying = TRANSIENT.has(code) && tries < RETRY_MS.length
    if (!view.retrying) return
    timer = window.setTimeout(() => void connect(), pause(code))
    tries += 1
  }

  /** A cut closes the picture first and is written down after: the reason may come a moment later. */
  async function whyEnded(mine: number, sessionId: string): Promise<string> {
    for (let asked = 0; asked < ASKED_WHY && mine === attempt && view.state !== 'ended'; asked += 1) {
      try {
        const state = await ask(api.GET('/api/play/{session_id}', { params: { path: { session_id: sessionId } } }))
        if (state.end_reason) return state.end_reason
      } catch {
        return 'network'
      }
      await new Promise((resolve) => window.setTimeout(resolve, ASK_AGAIN_MS))
    }
    return 'network'
  }

  async function playerEnded(mine: number, sessionId: string, code: EndCode): Promise<void> {
    if (mine !== attempt) return
    if (!code) {
      player?.stop()
      Object.assign(view, { state: 'connecting', sound: 'none' })
    }
    const reason = code ?? (await whyEnded(mine, sessionId))
    if (mine !== attempt || view.state === 'ended') return
    if (code) tellLeft(sessionId)
    end(reason)
  }

  async function play(mine: number, answer: PlayAnswer): Promise<void> {
    const element = video.value
    if (!element) return
    forget = onPlayEvents(answer.session_id, {
      ended: (reason) => {
        if (mine === attempt) end(reason)
      },
      pictures: (coming) => {
        if (mine === attempt) view.noPicture = !coming
      },
    })
    const fresh = await createPlayer(answer.protocol as Protocol, element)
    if (mine !== attempt) return
    player = fresh
    fresh.onFrame(() => {
      if (mine !== attempt) return
      view.frames += 1
      if (view.state === 'playing') {
        if (Date.now() - view.startedAt > STEADY_MS) tries = 0
        return
      }
      view.state = 'playing'
      view.startedAt = Date.now()
    })
    fresh.onSound(() => {
      if (mine === attempt && view.sound === 'none' && answer.tracks.includes('audio')) view.sound = 'off'
    })
    fresh.onEnd((code) => void playerEnded(mine, answer.session_id, code))
    fresh.start(answer.url)
  }

  async function connect(): Promise<void> {
    if (!opener) return
    attempt += 1
    const mine = attempt
    release()
    Object.assign(view, {
      state: 'connecting', code: '', frames: 0, noPicture: false, answer: null, retrying: false, sound: 'none',
    })
    try {
      const answer = await opener()
      if (mine !== attempt) {
        tellLeft(answer.session_id)
        return
      }
      view.answer = answer
      await play(mine, answer)
    } catch (error) {
      if (mine !== attempt) return
      release()
      const problem = asProblem(error)
      view.state = problem.isDenial ? 'denied' : 'failed'
      view.code = problem.code
    }
  }

  async function open(by: Opener): Promise<void> {
    stop()
    opener = by
    tries = 0
    await connect()
  }

  /** Stops. With a code the tile says why; without one it is empty again. */
  function stop(code = ''): void {
    attempt += 1
    release()
    if (view.answer && view.state !== 'ended') tellLeft(view.answer.session_id)
    Object.assign(view, { state: code ? 'ended' : 'idle', code, answer: null, retrying: false, sound: 'none' })
  }

  function again(): void {
    tries = 0
    void connect()
  }

  /** Heard until the session ends: the next one begins muted again. */
  function toggleSound(): void {
    if (!video.value || view.sound === 'none') return
    view.sound = view.sound === 'off' ? 'on' : 'off'
    video.value.muted = view.sound === 'off'
  }

  onScopeDispose(() => {
    stop()
  })
  return { view, open, stop, again, toggleSound }
}
