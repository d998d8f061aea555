import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onPlayEvents } from '@/modules/access/playEvents'

class Stream extends EventTarget {
  static opened: Stream[] = []
  closed = false

  constructor(readonly url: string) {
    super()
    Stream.opened.push(this)
  }

  close(): void {
    this.closed = true
  }

  tell(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }))
  }
}

function listener() {
  return { ended: vi.fn<(reason: string) => void>(), pictures: vi.fn<(coming: boolean) => void>() }
}

describe('the events of plays', () => {
  beforeEach(() => {
    Stream.opened = []
    vi.stubGlobal('EventSource', Stream)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('reach the tile that they are about', () => {
    const [one, two] = [listener(), listener()]
    const forget = [onPlayEvents('one', one), onPlayEvents('two', two)]
    const [stream] = Stream.opened
    stream?.tell('pictures', { session_id: 'one', coming: false })
    stream?.tell('pictures', { session_id: 'one', coming: true })
    stream?.tell('session_ended', { session_id: 'two', reason: 'grant_revoked' })
    expect(one.pictures.mock.calls).toEqual([[false], [true]])
    expect(one.ended).not.toHaveBeenCalled()
    expect(two.ended.mock.calls).toEqual([['grant_revoked']])
    expect(two.pictures).not.toHaveBeenCalled()
    for (const each of forget) each()
    expect(Stream.opened).toHaveLength(1)
    expect(stream?.closed).toBe(true)
  })

  it('that make no sense are left out', () => {
    const one = listener()
    const forget = onPlayEvents('one', one)
    const [stream] = Stream.opened
    for (const data of [null, 7, {}, { session_id: 'one' }, { session_id: 'one', coming: 'no', reason: 1 }]) {
      stream?.tell('pictures', data)
      stream?.tell('session_ended', data)
    }
    expect(one.ended).not.toHaveBeenCalled()
    expect(one.pictures).not.toHaveBeenCalled()
    forget()
  })
})
