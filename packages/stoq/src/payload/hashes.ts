import { createHash, hash } from 'node:crypto'

/** The four hashes of a payload as lower-case hex. */
export interface Hashes {
  md5: string
  sha1: string
  sha256: string
  sha512: string
}

/** All four hashes, keys in the order of a result entry. Throws a TypeError for text: it has no bytes until an encoding is chosen. */
export function hashPayload(payload: Uint8Array): Hashes {
  return {
    md5: getMd5(payload),
    sha1: getSha1(payload),
    sha256: getSha256(payload),
    sha512: getSha512(payload),
  }
}

/** As `hashPayload`, of bytes that come one after the other. */
export async function hashStream(chunks: AsyncIterable<Uint8Array>): Promise<Hashes> {
  const names = ['md5', 'sha1', 'sha256', 'sha512'] as const
  const hashes = names.map(name => createHash(name))
  for await (const chunk of chunks) for (const each of hashes) each.update(chunk)
  const [md5 = '', sha1 = '', sha256 = '', sha512 = ''] = hashes.map(each => each.digest('hex'))
  return { md5, sha1, sha256, sha512 }
}

export function getMd5(payload: Uint8Array): string {
  return hash('md5', bytesOf(payload))
}

export function getSha1(payload: Uint8Array): string {
  return hash('sha1', bytesOf(payload))
}

export function getSha256(payload: Uint8Array): string {
  return hash('sha256', bytesOf(payload))
}

export function getSha512(payload: Uint8Array): string {
  return hash('sha512', bytesOf(payload))
}

/** `hash` itself would take text, and hash its UTF-8 form without a word. */
function bytesOf(payload: Uint8Array): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  throw new TypeError(`a payload must be bytes (Uint8Array), got ${typeof payload}`)
}
