import { createSSRApp, effectScope, ref, type EffectScope } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import type { PlayAnswer } from '@/api/models'
import english from '@/locales/en'
import chinese from '@/locales/zh-CN'
import type { Player } from '@/modules/access/players/player'
import SoundToggle from '@/modules/access/SoundToggle.vue'
import { usePicture, type LivePicture } from '@/modules/access/usePicture'

class SilentPlayer implements Player {
  sounds: () => void = () => undefined
  ends: (code: string | null) => void = () => undefined
  constructor(private readonly video: HTMLVideoElement) {}
  start(): void {
    this.video.muted = true
  }
  stop(): void {
    this.ends = () => undefined
  }
  onFrame(): void {
    // No picture is looked at here.
  }
  onSound(listener: () => void): void {
    this.sounds = listener
  }
  onEnd(listener: (code: string | null) => void): void {
    this.ends = listener
  }
}

const players: SilentPlayer[] = []
vi.mock('@/modules/access/players/player', () => ({
  createPlayer: (_: string, video: HTMLVideoElement) => {
    players.push(new SilentPlayer(video))
    return Promise.resolve(players.at(-1))
  },
}))
vi.mock('@/modules/access/playEvents', () => ({ onPlayEvents: () => () => undefined }))

function answered(...tracks: PlayAnswer['tracks']): () => Promise<PlayAnswer> {
  return () => Promise.resolve({ session_id: 's', url: '', protocol: 'ws-flv', tracks } as unknown as PlayAnswer)
}

describe('the sound of a picture', () => {
  const video = { muted: true } as HTMLVideoElement
  let scope: EffectScope
  let picture: LivePicture

  beforeEach(() => {
    players.length = 0
    vi.stubGlobal('window', globalThis)
    vi.stubGlobal('fetch', () => Promise.resolve(new Response()))
    scope = effectScope()
    picture = scope.run(() => usePicture(ref(video))) ?? expect.fail('no scope')
  })
  afterEach(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })

  it('is off at first, and heard once it is turned on', async () => {
    await picture.open(answered('video', 'audio'))
    players[0]?.sounds()
    expect([picture.view.sound, video.muted]).toEqual(['off', true])
    picture.toggleSound()
    expect([picture.view.sound, video.muted]).toEqual(['on', false])
    picture.toggleSound()
    expect([picture.view.sound, video.muted]).toEqual(['off', true])
  })

  it('stays on when the stream tells of it again', async () => {
    await picture.open(answered('video', 'audio'))
    players[0]?.sounds()
    picture.toggleSound()
    players[0]?.sounds()
    expect([picture.view.sound, video.muted]).toEqual(['on', false])
  })

  it('cannot be turned on where it was not granted', async () => {
    await picture.open(answered('video'))
    players[0]?.sounds()
    picture.toggleSound()
    expect([picture.view.sound, video.muted]).toEqual(['none', true])
  })

  it('cannot be turned on where the stream has none', async () => {
    await picture.open(answered('video', 'audio'))
    picture.toggleSound()
    expect([picture.view.sound, video.muted]).toEqual(['none', true])
  })

  it('is off again in the next session', async () => {
    await picture.open(answered('video', 'audio'))
    players[0]?.sounds()
    picture.toggleSound()
    await picture.open(answered('video', 'audio'))
    expect([picture.view.sound, video.muted]).toEqual(['none', true])
    players[1]?.sounds()
    expect([picture.view.sound, video.muted]).toEqual(['off', true])
  })

  it('is offered no more when the picture has ended', async () => {
    await picture.open(answered('video', 'audio'))
    players[0]?.sounds()
    players[0]?.ends('grant_revoked')
    await vi.waitUntil(() => picture.view.state === 'ended')
    expect(picture.view.sound).toBe('none')
  })
})

describe.each([
  ['zh-CN', chinese, '打开声音', '关闭声音'],
  ['en', english, 'Turn sound on', 'Turn sound off'],
] as const)('the toggle in %s', (locale, messages, turnOn, turnOff) => {
  it.each([
    [false, turnOn],
    [true, turnOff],
  ])('is a button that says what it does (on: %s)', async (on, words) => {
    const app = createSSRApp(SoundToggle, { on })
    app.use(createI18n({ legacy: false, locale, messages: { [locale]: messages } }))
    const shown = await renderToString(app)
    expect(shown).toMatch(/^<button type="button"/)
    expect(shown).toContain(`aria-label="${words}"`)
  })
})
