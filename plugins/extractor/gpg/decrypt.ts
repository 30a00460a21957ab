import type { PrivateKey, SessionKey } from 'openpgp'
import { loadOpenPgp } from './library.ts'
import type { Limits } from './limits.ts'
import type { Layer } from './messages.ts'
import { bodyOf, type Packet, tags } from './packets.ts'
import { rawConfig } from './raw-packets.ts'

/** What messages are opened with. */
export interface Secrets {
  /** In the order in which they are tried. */
  passwords: readonly string[]
  /** Unlocked keys, read when the first message needs one. */
  keys(): Promise<readonly PrivateKey[]>
}

/** What was inside, and what opened it. */
export interface Opened {
  packets: Uint8Array
  password?: string
  key_id?: string
}

/** Packets for a key that are looked at. */
const maxReaders = 1000

/** Packets with a password that are tried: each costs some tenths of a second for each password. */
const maxLocks = 4

/** Argon2: passes times KiB of memory; more takes longer than a second (RFC 9580, 3.7.1.4). */
const maxArgonWork = 2 ** 20

/** Decrypts one layer with the first key or password that fits; null when none does. */
export async function decryptLayer(
  bytes: Uint8Array,
  layer: Layer,
  { passwords, keys }: Secrets,
  limits: Limits,
): Promise<Opened | null> {
  const sessions = chosenSessions(bytes, layer)
  const open = await opener(bytes, { ...layer, sessions }, limits)
  for (const key of sessions.some(isForKey) ? await keys() : []) {
    const packets = await open({ decryptionKeys: key })
    if (packets) return { packets, key_id: key.getKeyID().toHex().toUpperCase() }
  }
  for (const password of sessions.every(isForKey) ? [] : passwords) {
    const packets = await open({ passwords: password })
    if (packets) return { packets, password }
  }
  return null
}

function isForKey({ tag }: Packet): boolean {
  return tag === tags.publicKeySession
}

/** All for keys, and those for passwords that do not ask for too much. */
function chosenSessions(bytes: Uint8Array, { sessions }: Layer): Packet[] {
  const locks = sessions.filter(
    session => !isForKey(session) && argonWork(bodyOf(bytes, session)) <= maxArgonWork,
  )
  return [...sessions.filter(isForKey).slice(0, maxReaders), ...locks.slice(0, maxLocks)]
}

/** Passes times KiB that the making of a key takes with Argon2 (RFC 9580, 3.7.1.4 and 5.3); 0 for other ways. */
function argonWork(body: Uint8Array): number {
  const at = { 4: 2, 5: 3, 6: 5 }[body[0] ?? 0] ?? 0
  if (body[at] !== argon2) return 0
  return (body[at + 17] ?? 0) * 2 ** (body[at + 19] ?? 0)
}

/** Bytes that are hashed to make keys of one password: iterated and salted (RFC 9580, 3.7.1.3), others cost little. */
function hashWork(bytes: Uint8Array, sessions: readonly Packet[]): number {
  return sessions
    .filter(session => !isForKey(session))
    .map(session => bodyOf(bytes, session)[12] ?? 0)
    .reduce((sum, coded) => sum + (16 + (coded & 15)) * 2 ** ((coded >> 4) + 6), 0)
}

const argon2 = 4

type Secret = { decryptionKeys: PrivateKey } | { passwords: string }

/** Tries a key or a password; openpgp uses a message up, so that each attempt has its own. */
async function opener(
  bytes: Uint8Array,
  { sessions, data }: Layer,
  limits: Limits,
): Promise<(secret: Secret) => Promise<Uint8Array | null>> {
  const { readMessage, decryptSessionKeys, config: defaults } = await loadOpenPgp()
  const config = { ...defaults, ...lenient }
  const parts = data ? [...sessions, data] : sessions
  const binaryMessage = Buffer.concat(parts.map(({ start, end }) => bytes.subarray(start, end)))
  const work = binaryMessage.length + hashWork(bytes, sessions)
  const read = () => readMessage<Uint8Array>({ binaryMessage, config })
  return async secret => {
    limits.attempt(work)
    try {
      const keys = await decryptSessionKeys({ message: await read(), config, ...secret })
      const inside = { ...config, ...rawConfig }
      // openpgp takes the algorithm from the data where the key does not tell it.
      const opened = await (await read()).decrypt(
        undefined,
        undefined,
        keys as SessionKey[],
        undefined,
        inside,
      )
      return opened.packets.write()
    } catch {
      // openpgp tells neither a wrong password nor a message for others from a damaged one.
      return null
    }
  }
}

/** What is to be read is what somebody sent, however weak it is. */
const lenient = {
  allowUnauthenticatedMessages: true,
  allowInsecureDecryptionWithSigningKeys: true,
  allowMissingKeyFlags: true,
  enableParsingV5Entities: true,
  enforceGrammar: false,
  ignoreMalformedPackets: true,
  maxArgon2MemoryExponent: 18,
  minRSABits: 0,
  rejectCurves: new Set<never>(),
  rejectPublicKeyAlgorithms: new Set<never>(),
}
