import { type ExtractedResult, type Kwargs, type Payload, StoqDecoderPlugin, StoqError } from 'stoq'

/** How the key changes: its bytes grow with every byte, or encrypted or plain bytes take its place once it is used up. */
const rollings = ['increment', 'cipher', 'plain'] as const
type Rolling = (typeof rollings)[number]

/**
 * Undoes an XOR with a repeating key, given as `key`: `"41 166 3"` or `"0x29 0xa6"` (bytes separated by blanks),
 * a number, or a list of such. `rolling` says that the key changes: `increment` adds 1 to it for every byte, `cipher` and
 * `plain` use the bytes before, encrypted or not, once the key is used up. Throws when the key is missing or is not made of
 * bytes, or `rolling` is another word. meta: `size` in bytes.
 */
export class XorDecoder extends StoqDecoderPlugin {
  decode(payload: Payload, kwargs: Kwargs): ExtractedResult {
    const key = this.#key(kwargs['key'])
    const rolling = this.#rolling(kwargs['rolling'])
    return [[{ size: payload.length }, rolling ? roll(payload, key, rolling) : xor(payload, key)]]
  }

  #rolling(given: unknown): Rolling | null {
    if (given === undefined || given === null) return null
    const word = String(given).trim().toLowerCase()
    const rolling = rollings.find(known => known === word)
    if (rolling) return rolling
    throw this.#fault(`rolling must be ${rollings.join(', ')}, got '${String(given).slice(0, 40)}'`)
  }

  #key(given: unknown): Uint8Array {
    if (given === undefined || given === null) throw this.#fault('no key is given, in a rule: key = "65"')
    const parts: unknown[] = typeof given === 'string' ? words(given) : isList(given) ? [...given] : [given]
    if (parts.length === 0) throw this.#fault('the key is empty')
    return Uint8Array.from(parts, part => this.#byte(part))
  }

  #byte(part: unknown): number {
    const text = typeof part === 'number' || typeof part === 'string' ? String(part).trim() : ''
    const value = /^(?:\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : Number.NaN
    if (value <= 255) return value
    throw this.#fault(`the key must be bytes from 0 to 255, got '${String(part).slice(0, 40)}'`)
  }

  #fault(reason: string): StoqError {
    return new StoqError('STOQ_PLUGIN_FAILED', [this.id, reason])
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

function isList(given: unknown): given is Iterable<unknown> {
  return Array.isArray(given) || given instanceof Uint8Array
}

function roll(payload: Payload, key: Uint8Array, rolling: Rolling): Uint8Array {
  const decoded = new Uint8Array(payload.length)
  const before = rolling === 'cipher' ? payload : decoded
  for (let index = 0; index < decoded.length; index++) {
    const own = key[index % key.length] ?? 0
    const isOwn = rolling === 'increment' || index < key.length
    const value = isOwn ? own + (rolling === 'increment' ? index : 0) : (before[index - key.length] ?? 0)
    decoded[index] = (payload[index] ?? 0) ^ value
  }
  return decoded
}

/** Four bytes at a time: a key of n bytes, repeated four times, is n words. */
function xor(payload: Payload, key: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(payload)
  const repeated = new Uint8Array(key.length * 4).map((_, index) => key[index % key.length] ?? 0)
  const keyWords = new Uint32Array(repeated.buffer)
  const data = new Uint32Array(decoded.buffer, 0, decoded.length >>> 2)
  for (let index = 0, at = 0; index < data.length; index++) {
    data[index] = (data[index] ?? 0) ^ (keyWords[at] ?? 0)
    if (++at === keyWords.length) at = 0
  }
  for (let index = data.length * 4; index < decoded.length; index++) {
    decoded[index] = (decoded[index] ?? 0) ^ (key[index % key.length] ?? 0)
  }
  return decoded
}
