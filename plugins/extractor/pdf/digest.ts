import { createHash } from 'node:crypto'

/** MD5 of all parts together. */
export function md5(...parts: readonly Uint8Array[]): Buffer {
  return digest('md5', parts)
}

export function digest(name: string, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(name)
  for (const part of parts) hash.update(part)
  return hash.digest()
}
