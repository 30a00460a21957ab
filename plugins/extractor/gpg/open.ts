import { decryptLayer, type Secrets } from './decrypt.ts'
import type { Limits } from './limits.ts'
import { type Layer, readLayers, readLiteral } from './messages.ts'
import { bodyOf, tags } from './packets.ts'
import { unfold } from './unfold.ts'

/** What a message said, and how it was wrapped. */
export interface Said {
  /** Name that the message gives to its content, empty for none. */
  name: string
  content: Uint8Array
  facts: Facts
}

/** What is told of a message beside its content. */
export interface Facts {
  /** The outermost wrapping that means something. */
  message: 'encrypted' | 'signed' | 'compressed' | 'literal'
  password?: string
  key_id?: string
  signed_by?: string[]
}

/** What one call works with. */
export interface Opening {
  secrets: Secrets
  limits: Limits
  /** Remembers what could not be read. */
  fault(reason: string): void
}

/** Layers inside layers: gpg makes three, and armor is one. */
const maxDepth = 6

/** Everything that the messages in `bytes` say, one after the other. `depth`: layers around them, armor too. */
export async function* openMessages(
  bytes: Uint8Array,
  opening: Opening,
  depth: number,
  facts: Facts = { message: 'literal' },
): AsyncGenerator<Said & { start: number }> {
  for (const layer of readLayers(bytes)) {
    opening.limits.check()
    for await (const said of openLayer(bytes, layer, opening, depth, withSigners(facts, layer)))
      yield { ...said, start: layer.start }
  }
}

async function* openLayer(
  bytes: Uint8Array,
  layer: Layer,
  opening: Opening,
  depth: number,
  facts: Facts,
): AsyncGenerator<Said> {
  const { data } = layer
  // A payload that begins like a message, and is cut short, may be anything.
  if (data?.isCut && depth === 0) return
  if (!data || data.isCut) opening.fault('a message is cut short')
  if (!data) return
  if (depth > maxDepth) opening.fault(`more than ${maxDepth} layers of a message`)
  else if (data.tag === tags.literal) {
    const literal = readLiteral(bodyOf(bytes, data))
    if (literal) yield { ...literal, facts }
  } else if (data.tag === tags.compressed) {
    const inner = await unfold(bodyOf(bytes, data), opening.limits)
    if (inner) yield* openMessages(inner, opening, depth + 1, outer(facts, 'compressed'))
  } else yield* openEncrypted(bytes, layer, opening, depth, facts)
}

async function* openEncrypted(
  bytes: Uint8Array,
  layer: Layer,
  opening: Opening,
  depth: number,
  facts: Facts,
): AsyncGenerator<Said> {
  const { secrets, limits } = opening
  if (layer.sessions.length === 0) return
  const opened = await decryptLayer(bytes, layer, secrets, limits)
  if (!opened) return opening.fault(lockedReason(layer, secrets))
  limits.unfolded(opened.packets.length)
  const { packets, ...how } = opened
  yield* openMessages(packets, opening, depth + 1, { ...outer(facts, 'encrypted'), ...how })
}

function lockedReason({ sessions }: Layer, { passwords }: Secrets): string {
  const forPassword = sessions.some(({ tag }) => tag === tags.passwordSession)
  if (forPassword) return `a message needs a passphrase, and none of ${passwords.length} known ones opens it`
  return 'a message needs a secret key, and none in gpg_home opens it'
}

/** The outermost wrapping stands, but to be signed or encrypted tells more than to be compressed. */
function outer(facts: Facts, message: Facts['message']): Facts {
  const stands = facts.message !== 'literal' && (message === 'compressed' || facts.message === 'encrypted')
  return stands ? facts : { ...facts, message }
}

function withSigners(facts: Facts, { signers }: Layer): Facts {
  if (signers.length === 0) return facts
  return { ...outer(facts, 'signed'), signed_by: [...new Set(signers)] }
}
