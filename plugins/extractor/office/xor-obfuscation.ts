import type { Lock } from './passwords.ts'

/** The bytes that records are mixed with, 16 of them. */
export type XorBytes = Uint8Array

/** Method 1 of XOR obfuscation, whose check has 16 bits ([MS-OFFCRYPTO] 2.3.7.1, 2.3.7.2). */
export function xorLock(check: number): Lock<XorBytes> {
  return {
    kind: 'XOR obfuscation',
    rounds: 1,
    async open(password) {
      const bytes = Buffer.from(password, 'latin1')
      if (bytes.length === 0 || bytes.length > maxLength || xorVerifier(bytes) !== check) return null
      return xorBytes(bytes)
    },
  }
}

/** A byte of a record of `size` bytes, at `offset` in the stream ([MS-OFFCRYPTO] 2.3.7.3, [MS-XLS] 2.2.10). */
export function unmix(byte: number, mixed: XorBytes, offset: number, size: number): number {
  const value = byte ^ (mixed[(offset + size) % 16] ?? 0)
  return ((value << 3) | (value >> 5)) & 0xff
}

const maxLength = 15

const padding = Buffer.from('bbffffbaffffb98000be0f00bf0f00', 'hex')

/** By the length of the password. */
const initialCodes = [
  0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c,
  0xa96a, 0x4ec3,
]

/** What bit 0 of each character adds to the key, for the last 15 of a password; the other bits follow from it. */
const firstBits = [
  0xaefc, 0x7b61, 0x4563, 0x0375, 0xd849, 0x6f45, 0xeb23, 0x47d3, 0xb861, 0x45a0, 0xaa51, 0x76b4, 0x3730,
  0x3331, 0x1021,
]

/** The check of a password ([MS-OFFCRYPTO] 2.3.7.1). */
export function xorVerifier(password: Buffer): number {
  let verifier = 0
  for (const byte of Buffer.from([password.length, ...password]).reverse()) {
    verifier = (((verifier >> 14) & 1) | ((verifier << 1) & 0x7fff)) ^ byte
  }
  return verifier ^ 0xce4b
}

function keyOf(password: Buffer): number {
  let key = initialCodes[password.length - 1] ?? 0
  for (const [index, char] of password.entries()) {
    let word = firstBits[firstBits.length - password.length + index] ?? 0
    for (let bit = 0; bit < 7; bit++) {
      if ((char >> bit) & 1) key ^= word
      word = ((word << 1) & 0xffff) ^ (word & 0x8000 ? 0x1021 : 0)
    }
  }
  return key
}

/** What records are mixed with ([MS-OFFCRYPTO] 2.3.7.2). */
export function xorBytes(password: Buffer): XorBytes {
  const key = keyOf(password)
  return Uint8Array.from({ length: 16 }, (_, index) => {
    const byte = password[index] ?? padding[index - password.length] ?? 0
    const value = byte ^ (index % 2 === 1 ? key >> 8 : key & 0xff)
    return (value >> 1) | ((value & 1) << 7)
  })
}
