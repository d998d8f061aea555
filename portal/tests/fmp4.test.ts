import { describe, expect, it } from 'vitest'
import { codecsOf, initialisationLength } from '@/modules/access/players/fmp4_boxes'
import { Fmp4Feed, type Sink } from '@/modules/access/players/fmp4_feed'

function box(type: string, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 8)
  const made = new Uint8Array(length)
  new DataView(made.buffer).setUint32(0, length)
  made.set([...type].map((c) => c.charCodeAt(0)), 4)
  let offset = 8
  for (const part of parts) {
    made.set(part, offset)
    offset += part.length
  }
  return made
}

const fields = (n: number): Uint8Array => new Uint8Array(n)

function track(entry: string, fieldBytes: number, configuration: Uint8Array): Uint8Array {
  const stsd = box('stsd', fields(8), box(entry, fields(fieldBytes), configuration))
  return box('trak', box('mdia', box('minf', box('stbl', stsd))))
}

const AVC = track('avc1', 78, box('avcC', Uint8Array.of(1, 0x64, 0x00, 0x28, 0xff)))
const AAC = track('mp4a', 28, box('esds', fields(20)))
const HEVC_RECORD = Uint8Array.of(1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0, 0)
const INITIALISATION = new Uint8Array([...box('ftyp', fields(8)), ...box('moov', AVC, AAC)])

class SinkOfTest implements Sink {
  updating = false
  appended: Uint8Array[] = []
  removed: [number, number][] = []
  range: [number, number] | null = null
  private listener: () => void = () => undefined

  get buffered(): Sink['buffered'] {
    const range = this.range
    return { length: range ? 1 : 0, start: () => range?.[0] ?? 0, end: () => range?.[1] ?? 0 }
  }

  appendBuffer(bytes: Uint8Array): void {
    this.updating = true
    this.appended.push(bytes)
  }

  remove(from: number, to: number): void {
    this.updating = true
    this.removed.push([from, to])
    this.range = [to, this.range?.[1] ?? to]
  }

  addEventListener(_type: 'updateend', listener: () => void): void {
    this.listener = listener
  }

  finish(): void {
    this.updating = false
    this.listener()
  }
}

function feed(): { sink: SinkOfTest; types: string[]; feed: Fmp4Feed } {
  const sink = new SinkOfTest()
  const types: string[] = []
  return { sink, types, feed: new Fmp4Feed((type) => (types.push(type), sink)) }
}

describe('the initialisation segment', () => {
  it('names H.264 and AAC', () => {
    expect(codecsOf(INITIALISATION)).toEqual(['avc1.640028', 'mp4a.40.2'])
  })

  it('names H.265 main profile as RFC 6381 wants it', () => {
    const moov = box('moov', track('hvc1', 78, box('hvcC', HEVC_RECORD)))
    expect(codecsOf(moov)).toEqual(['hvc1.1.6.L93.90'])
  })

  it('is not known before its last byte', () => {
    expect(initialisationLength(INITIALISATION.subarray(0, -1))).toBeNull()
    expect(initialisationLength(INITIALISATION)).toBe(INITIALISATION.length)
  })

  it('does not loop on a box of length zero', () => {
    expect(initialisationLength(new Uint8Array(64))).toBeNull()
  })
})

describe('the feed', () => {
  it('opens the buffer once the whole segment came, however it was cut', () => {
    const { sink, types, feed: target } = feed()
    for (const byte of INITIALISATION) target.push(Uint8Array.of(byte))
    expect(types).toEqual(['video/mp4; codecs="avc1.640028, mp4a.40.2"'])
    expect(sink.appended).toEqual([INITIALISATION])
  })

  it('gives one piece at a time, in order', () => {
    const { sink, feed: target } = feed()
    target.push(INITIALISATION)
    target.push(Uint8Array.of(1))
    target.push(Uint8Array.of(2))
    expect(sink.appended).toHaveLength(1)
    sink.finish()
    sink.finish()
    expect(sink.appended.slice(1)).toEqual([Uint8Array.of(1), Uint8Array.of(2)])
  })

  it('forgets what was shown long ago', () => {
    const { sink, feed: target } = feed()
    target.push(INITIALISATION)
    sink.range = [0, 60]
    sink.finish()
    expect(sink.removed).toEqual([[0, 48]])
  })

  it('gives up on what is no fragmented MP4', () => {
    const { feed: target } = feed()
    expect(() => {
      target.push(new Uint8Array((1 << 20) + 1))
    }).toThrow(RangeError)
  })

  it('gives up when the browser takes nothing any more', () => {
    const { feed: target } = feed()
    target.push(INITIALISATION)
    expect(() => {
      for (let n = 0; n < 40; n += 1) target.push(new Uint8Array(1 << 20))
    }).toThrow(RangeError)
  })
})
