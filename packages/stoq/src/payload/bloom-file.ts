import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { errorText, StoqError } from '../errors.ts'

/** A Bloom filter in memory. The salt keeps others from making items that look known. */
export interface BloomData {
  /** Number of items it was made for, and the rate of false positives when it holds so many. */
  size: number
  rate: number
  /** Bits that each item sets. */
  hashes: number
  salt: Uint8Array
  bits: Uint8Array
}

/** More would not fit in one typed array of any supported Node: 2^32 bits. */
export const maxBytes = 536_870_912

/** Reads `path` and `path.desc`. Throws STOQ_SOURCE_UNREADABLE for whatever is no whole filter of stoQ. */
export async function readBloomFile(path: string): Promise<BloomData> {
  try {
    const { bytes, ...facts } = parseDescription(await readText(descriptionOf(path)))
    return { ...facts, bits: await readBits(path, bytes, facts.salt) }
  } catch (error) {
    throw new StoqError('STOQ_SOURCE_UNREADABLE', [`Bloom filter ${path}`, errorText(error)], {
      cause: error,
    })
  }
}

/** Replaces `path` and `path.desc`, each at once. Bits that are set meanwhile are in the file or not. */
export async function writeBloomFile(path: string, data: BloomData): Promise<void> {
  try {
    await replaceFile(descriptionOf(path), file => file.writeFile(describe(data)))
    await replaceFile(path, file => writeBits(file, data))
  } catch (error) {
    throw new StoqError('STOQ_WRITE_FAILED', [`Bloom filter ${path}`, errorText(error)], { cause: error })
  }
}

/** The file is: this word, the salt (16 bytes), the bits, and the CRC-32 of the bits (big endian). */
const magicWord = Buffer.from('STOQBLM1')
const saltLength = 16
const headLength = magicWord.length + saltLength
const tailLength = 4
const chunkLength = 1_048_576
const maxDescription = 4096

function descriptionOf(path: string): string {
  return `${path}.desc`
}

function describe({ size, rate, hashes, salt, bits }: BloomData): string {
  const facts = { size, false_positive_rate: rate, bits: bits.length * 8, hashes }
  return `${JSON.stringify({ version: 1, ...facts, salt: Buffer.from(salt).toString('hex') }, null, 2)}\n`
}

function parseDescription(text: string): Omit<BloomData, 'bits'> & { bytes: number } {
  const { size, false_positive_rate: rate, bits, hashes, salt } = JSON.parse(text) ?? {}
  const isSound =
    isWhole(size, Number.MAX_SAFE_INTEGER) &&
    isWhole(bits, maxBytes * 8) &&
    isWhole(hashes, 64) &&
    bits % 8 === 0
  if (!isSound || typeof rate !== 'number' || !(rate > 0 && rate < 1) || !/^[0-9a-f]{32}$/.test(String(salt)))
    throw new TypeError('its .desc does not describe a filter')
  return { size, rate, hashes, salt: Buffer.from(String(salt), 'hex'), bytes: bits / 8 }
}

function isWhole(value: unknown, max: number): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max
}

async function readText(path: string): Promise<string> {
  if ((await stat(path)).size > maxDescription) throw new TypeError('its .desc does not describe a filter')
  return readFile(path, 'utf8')
}

async function readBits(path: string, length: number, salt: Uint8Array): Promise<Uint8Array> {
  const { size } = await stat(path)
  if (size !== headLength + length + tailLength)
    throw new TypeError(
      `it has ${size} bytes, not the ${headLength + length + tailLength} that its .desc tells`,
    )
  const file = await readFile(path)
  if (!magicWord.equals(file.subarray(0, magicWord.length)))
    throw new TypeError('it is no Bloom filter of stoQ')
  if (!file.subarray(magicWord.length, headLength).equals(salt))
    throw new TypeError('its .desc is that of another')
  const bits = file.subarray(headLength, headLength + length)
  if (checksumOf(bits) !== file.readUInt32BE(headLength + length))
    throw new TypeError('its checksum is wrong')
  return bits
}

/** Writes copies, so that the checksum is that of the bits in the file even when more are set meanwhile. */
async function writeBits(file: FileHandle, { salt, bits }: BloomData): Promise<void> {
  await file.appendFile(Buffer.concat([magicWord, salt]))
  let checksum = 0
  for (let start = 0; start < bits.length; start += chunkLength) {
    const chunk = bits.slice(start, start + chunkLength)
    checksum = checksumOf(chunk, checksum)
    await file.appendFile(chunk)
  }
  const tail = Buffer.alloc(tailLength)
  tail.writeUInt32BE(checksum)
  await file.appendFile(tail)
}

async function replaceFile(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx')
    try {
      await write(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Loaded when a filter is saved or read: every plugin imports this module, few use it. */
function checksumOf(bytes: Uint8Array, before = 0): number {
  return process.getBuiltinModule('node:zlib').crc32(bytes, before)
}
