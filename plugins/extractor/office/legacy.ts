import { digest, type Lock, uint32 } from './passwords.ts'
import { readCryptoApi } from './standard.ts'

/** Undoes the encryption of a whole stream, as if all of it were encrypted; gives a copy. */
export type StreamDecrypter = (stream: Buffer, blockSize: number) => Buffer

/** RC4 encryption of .doc and .xls from its header ([MS-OFFCRYPTO] 2.3.5, 2.3.6). Text: why it cannot be opened. */
export function rc4Lock(header: Buffer): Lock<StreamDecrypter> | string {
  if (header.length < 4) return 'the description of the encryption is damaged'
  const [major, minor] = [header.readUInt16LE(0), header.readUInt16LE(2)]
  if (major === 1 && minor === 1) return oldRc4(header.subarray(4))
  if (major >= 2 && major <= 4 && minor === 2) return cryptoApiRc4(header.subarray(4))
  return 'encrypted in a way that is not supported'
}

/** 40 bits of MD5 ([MS-OFFCRYPTO] 2.3.6.2). */
function oldRc4(header: Buffer): Lock<StreamDecrypter> | string {
  if (header.length < 48) return 'the description of the encryption is damaged'
  const salt = header.subarray(0, 16)
  const check = { algorithm: 'md5', verifier: header.subarray(16, 32), hash: header.subarray(32, 48) }
  return rc4With('RC4, 40 bits', check, password => {
    const first = digest('md5', Buffer.from(password, 'utf16le')).subarray(0, 5)
    const base = digest('md5', ...Array.from({ length: 16 }, () => Buffer.concat([first, salt]))).subarray(
      0,
      5,
    )
    return block => digest('md5', base, uint32(block))
  })
}

/** 40 to 128 bits of SHA-1 ([MS-OFFCRYPTO] 2.3.5.2). */
function cryptoApiRc4(info: Buffer): Lock<StreamDecrypter> | string {
  const header = readCryptoApi(info)
  if (!header) return 'the description of the encryption is damaged'
  const { keySize, salt } = header
  if (header.isAes || keySize < 5 || keySize > 16) return 'encrypted in a way that is not supported'
  const check = { algorithm: 'sha1', verifier: header.verifier, hash: header.verifierHash.subarray(0, 20) }
  return rc4With(`RC4 CryptoAPI, ${8 * keySize} bits`, check, password => {
    const base = digest('sha1', salt, Buffer.from(password, 'utf16le'))
    return block => {
      const key = digest('sha1', base, uint32(block)).subarray(0, keySize)
      // A key of 40 bits is filled up with zeros.
      return keySize === 5 ? Buffer.concat([key, Buffer.alloc(11)]) : key
    }
  })
}

/** The key of each block. */
type BlockKeys = (block: number) => Buffer

function rc4With(
  kind: string,
  check: { algorithm: string; verifier: Buffer; hash: Buffer },
  keysOf: (password: string) => BlockKeys,
): Lock<StreamDecrypter> {
  return {
    kind,
    rounds: 1,
    async open(password) {
      const keys = keysOf(password)
      const plain = rc4(keys(0), Buffer.concat([check.verifier, check.hash]))
      const wanted = digest(check.algorithm, plain.subarray(0, check.verifier.length))
      if (!plain.subarray(check.verifier.length).equals(wanted)) return null
      return (stream, blockSize) => {
        const content = Buffer.alloc(stream.length)
        for (let at = 0, block = 0; at < stream.length; at += blockSize, block++) {
          content.set(rc4(keys(block), stream.subarray(at, at + blockSize)), at)
        }
        return content
      }
    },
  }
}

/** RC4: the platform's library no longer has it. */
export function rc4(key: Uint8Array, bytes: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  const swap = (one: number, other: number) => {
    const kept = state[one] ?? 0
    state[one] = state[other] ?? 0
    state[other] = kept
  }
  for (let index = 0, other = 0; index < 256; index++) {
    other = (other + (state[index] ?? 0) + (key[index % key.length] ?? 0)) & 0xff
    swap(index, other)
  }
  const out = Buffer.alloc(bytes.length)
  for (let at = 0, index = 0, other = 0; at < bytes.length; at++) {
    index = (index + 1) & 0xff
    other = (other + (state[index] ?? 0)) & 0xff
    swap(index, other)
    out[at] = (bytes[at] ?? 0) ^ (state[((state[index] ?? 0) + (state[other] ?? 0)) & 0xff] ?? 0)
  }
  return out
}
