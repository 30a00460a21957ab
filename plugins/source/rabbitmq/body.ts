import { type Message, StoqError } from 'stoq'

/** Keys by which a message could steer stoQ of v1: they are not metadata. */
const steering = /^(_stoq|ratelimit$)/

/**
 * The text of a message as v1 wrote it: indented JSON. Bytes of a payload, which v1 lost, are `{"base64": "…"}`.
 */
export function encodeMessage(message: object): string {
  const { payload, ...rest } = message as Message
  const inline = payload instanceof Uint8Array ? { payload: { base64: toBase64(payload) } } : {}
  return JSON.stringify({ ...rest, ...inline }, null, 4)
}

/** The message in a body of any publisher. Throws STOQ_SOURCE_MESSAGE with what is wrong. */
export function decodeMessage(body: unknown): Message {
  const parsed = body instanceof Uint8Array || typeof body === 'string' ? parse(String(body)) : body
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new StoqError('STOQ_SOURCE_MESSAGE', ['it must be a JSON object'])
  }
  const entries = Object.entries(parsed).filter(([key, value]) => !steering.test(key) && value !== null)
  const { payload, ...message } = Object.fromEntries(entries)
  return payload === undefined ? message : { ...message, payload: inlineBytes(payload) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StoqError('STOQ_SOURCE_MESSAGE', ['it is not JSON'], { cause })
  }
}

function inlineBytes(payload: unknown): Uint8Array {
  const text = (payload as { base64?: unknown }).base64
  if (typeof text !== 'string') {
    throw new StoqError('STOQ_SOURCE_MESSAGE', ['payload must be {"base64": "…"}'])
  }
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length === Math.floor((text.replace(/=+$/, '').length * 3) / 4)) return bytes
  throw new StoqError('STOQ_SOURCE_MESSAGE', ['the base64 of its payload is damaged'])
}

function toBase64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}
