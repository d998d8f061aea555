/** As much of ISO/IEC 14496-12 as MediaSource needs to be told: the codecs of the initialisation segment. */

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl'])
/** Bytes of fixed fields before the children of these boxes. */
const FIELDS_BEFORE_CHILDREN: Readonly<Record<string, number>> = { stsd: 8, avc1: 78, avc3: 78, hvc1: 78, hev1: 78, mp4a: 28 }
const HEADER = 8

interface Box {
  type: string
  body: Uint8Array
}

function typeAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset + 4, offset + 8))
}

function* boxes(bytes: Uint8Array): Generator<Box> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  while (offset + HEADER <= bytes.length) {
    const size = view.getUint32(offset)
    if (size < HEADER || offset + size > bytes.length) return
    yield { type: typeAt(bytes, offset), body: bytes.subarray(offset + HEADER, offset + size) }
    offset += size
  }
}

/** Bytes up to and including `moov`, or null while it is not complete yet. */
export function initialisationLength(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  while (offset + HEADER <= bytes.length) {
    const size = view.getUint32(offset)
    if (size < HEADER) return null
    if (typeAt(bytes, offset) === 'moov') return offset + size <= bytes.length ? offset + size : null
    offset += size
  }
  return null
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')

function avc(name: string, record: Uint8Array): string {
  return `${name}.${[...record.subarray(1, 4)].map(hex).join('')}`
}

/** RFC 6381 and ISO/IEC 14496-15 E.3: hvc1.<profile>.<compatibility, bits reversed>.<tier and level>.<constraints>. */
function hevc(name: string, record: Uint8Array): string {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const general = view.getUint8(1)
  const space = ['', 'A', 'B', 'C'][general >> 6] ?? ''
  let compatibility = view.getUint32(2)
  let reversed = 0
  for (let bit = 0; bit < 32; bit += 1) {
    reversed = (reversed << 1) | (compatibility & 1)
    compatibility >>>= 1
  }
  const constraints = [...record.subarray(6, 12)]
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop()
  const tier = (general >> 5) & 1 ? 'H' : 'L'
  const words = [`${space}${String(general & 31)}`, (reversed >>> 0).toString(16), `${tier}${String(view.getUint8(12))}`]
  return [name, ...words, ...constraints.map((byte) => byte.toString(16))].join('.')
}

function collect(bytes: Uint8Array, sampleEntry: string, found: string[]): void {
  for (const { type, body } of boxes(bytes)) {
    const skip = FIELDS_BEFORE_CHILDREN[type]
    if (type === 'avcC') found.push(avc(sampleEntry, body))
    else if (type === 'hvcC') found.push(hevc(sampleEntry, body))
    else if (type === 'esds') found.push('mp4a.40.2')
    else if (skip !== undefined) collect(body.subarray(skip), type, found)
    else if (CONTAINERS.has(type)) collect(body, sampleEntry, found)
  }
}

/** The codecs of an initialisation segment, as in `avc1.640028`. */
export function codecsOf(initialisation: Uint8Array): string[] {
  const found: string[] = []
  collect(initialisation, '', found)
  return found
}
