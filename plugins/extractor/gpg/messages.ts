import { bodyOf, type Packet, readPackets, tags } from './packets.ts'

/** A message, or one layer of it (RFC 9580, 10.3). Offsets are those of the bytes that it was found in. */
export interface Layer {
  start: number
  end: number
  /** What carries the session key of `data`; empty where that is not encrypted. */
  sessions: Packet[]
  /** The literal, compressed or encrypted packet; null: the bytes end before it does, and nothing can be had of it. */
  data: Packet | null
  /** Key ids of those who signed it, as hexadecimal digits. */
  signers: string[]
}

const signatureTags: ReadonlySet<number> = new Set([tags.signature, tags.onePassSignature])
const ignoredTags: ReadonlySet<number> = new Set([tags.marker, tags.trust, tags.padding])

/** The layers of `bytes`, one after the other, up to the first packet that belongs to none. */
export function* readLayers(bytes: Uint8Array): Generator<Layer> {
  let layer = emptyLayer(0)
  for (const packet of readPackets(bytes)) {
    const { tag, end, isCut } = packet
    if (isCut && !plainTags.has(tag)) break
    if (isSession(bytes, packet)) layer.sessions.push(packet)
    else if (signatureTags.has(tag)) layer.signers.push(...signerOf(bytes, packet))
    else if (isData(bytes, packet)) {
      yield { ...layer, end, data: packet }
      layer = emptyLayer(end)
    } else if (!ignoredTags.has(tag)) return
  }
  if (layer.sessions.length > 0) yield { ...layer, end: bytes.length }
}

function emptyLayer(start: number): Layer {
  return { start, end: start, sessions: [], data: null, signers: [] }
}

/** Of these something can be had when they are cut short; what is encrypted cannot even be checked. */
const plainTags: ReadonlySet<number> = new Set([tags.literal, tags.compressed])

/** Packets begin with one bit that is set: each kind is believed by its first bytes. */
function isSession(bytes: Uint8Array, packet: Packet): boolean {
  const body = bodyOf(bytes, packet)
  const [version = 0, second = 0, third = 0] = body
  if (packet.tag === tags.publicKeySession)
    return (version === 3 && isKeyAlgorithm(body[9])) || (version === 6 && second < 34)
  if (packet.tag !== tags.passwordSession) return false
  return (version === 4 && isCipher(second) && third <= 4) || version === 5 || version === 6
}

/** RFC 9580, 9.1: RSA, Elgamal, ECDH, X25519, X448. */
function isKeyAlgorithm(value = 0): boolean {
  return [1, 2, 16, 18, 25, 26].includes(value)
}

/** RFC 9580, 9.3. */
function isCipher(value: number): boolean {
  return value >= 1 && value <= 13
}

function isData(bytes: Uint8Array, packet: Packet): boolean {
  const [first = 255] = bodyOf(bytes, packet)
  switch (packet.tag) {
    case tags.literal:
      return 'btulm1'.includes(String.fromCharCode(first))
    case tags.compressed:
      return first <= 3
    case tags.protected:
      return first === 1 || first === 2
    case tags.aead:
      return first === 1
    default:
      return packet.tag === tags.encrypted
  }
}

/** RFC 9580, 5.4: the issuer of a one-pass signature of version 3; others name it in places that are not looked at. */
function signerOf(bytes: Uint8Array, packet: Packet): string[] {
  const body = bodyOf(bytes, packet)
  if (packet.tag !== tags.onePassSignature || body[0] !== 3 || body.length < 12) return []
  return [Buffer.from(body.subarray(4, 12)).toString('hex').toUpperCase()]
}

/** Name and content of a literal packet (RFC 9580, 5.9); null when it is cut short. */
export function readLiteral(body: Uint8Array): { name: string; content: Uint8Array } | null {
  const nameEnd = 2 + (body[1] ?? 0)
  const start = nameEnd + 4
  if (start > body.length) return null
  const name = Buffer.from(body.subarray(2, nameEnd)).toString('utf8')
  return { name, content: body.subarray(start) }
}
