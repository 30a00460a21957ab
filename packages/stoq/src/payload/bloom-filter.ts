import { hash, randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { StoqError } from '../errors.ts'
import { type BloomData, maxBytes, readBloomFile, writeBloomFile } from './bloom-file.ts'

/**
 * Remembers items in a file of fixed size: what was added is always known, what was not is taken for known at the rate
 * of false positives. Several processes may use one file: each backup takes in what the others saved.
 */
export class BloomFilter {
  readonly #onError: (error: unknown) => void
  #data: BloomData | null = null
  #path = ''
  #isDirty = false
  /** The state of the file when it was last read or written here. */
  #version = ''
  #timer: NodeJS.Timeout | null = null
  #lastSync: Promise<void> = Promise.resolve()

  /** `onError` is told of backups that failed; without it they are warnings of the process. */
  constructor(onError: (error: unknown) => void = error => process.emitWarning(String(error))) {
    this.#onError = onError
  }

  /**
   * Makes an empty filter for `size` items and saves it as `path` and `path.desc`; what was there is replaced.
   * Throws STOQ_CONFIG_VALUE for sizes and rates that make no filter, STOQ_WRITE_FAILED when it cannot be saved.
   */
  async createFilter(path: string, size: number, falsePositiveRate: number): Promise<true> {
    const data = emptyFilter(size, falsePositiveRate)
    await this.close()
    await writeBloomFile(path, data)
    return this.#use(path, data)
  }

  /** Opens the filter saved at `path`. Throws STOQ_SOURCE_UNREADABLE when there is none, or when it is damaged. */
  async importFilter(path: string): Promise<true> {
    await this.close()
    return this.#use(path, await readBloomFile(path))
  }

  /** Tells whether the item was there before this call; `addMissing` adds it if not. Text is taken as UTF-8. */
  queryFilter(item: string | Uint8Array, addMissing = false): boolean {
    const data = this.#opened()
    const missing = bitsOf(data, item).filter(bit => ((data.bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0)
    if (!addMissing) return missing.length === 0
    for (const bit of missing) data.bits[bit >>> 3] = (data.bits[bit >>> 3] ?? 0) | (1 << (bit & 7))
    if (missing.length > 0) this.#isDirty = true
    return missing.length === 0
  }

  /** Saves the filter every so many seconds until `close`; with 0 it saves once, and resolves when that is done. */
  async backupScheduler(intervalSeconds: number): Promise<true> {
    this.#opened()
    if (!(intervalSeconds >= 0)) throw badValue('interval', 'a number of seconds, 0 or more', intervalSeconds)
    this.#stopTimer()
    if (intervalSeconds === 0) await this.#sync()
    else this.#startTimer(Math.min(intervalSeconds * 1000, 2 ** 31 - 1))
    return true
  }

  /** Stops the scheduler, saves what is not saved yet and lets go of the filter. */
  async close(): Promise<void> {
    this.#stopTimer()
    if (this.#data) await this.#sync()
    this.#data = null
  }

  #opened(): BloomData {
    if (this.#data) return this.#data
    throw new StoqError('STOQ_SOURCE_UNREADABLE', [
      'the Bloom filter',
      'createFilter or importFilter comes first',
    ])
  }

  async #use(path: string, data: BloomData): Promise<true> {
    this.#data = data
    this.#path = path
    this.#isDirty = false
    this.#version = await versionOf(path)
    return true
  }

  #startTimer(milliseconds: number): void {
    const backUp = async () => {
      await this.#sync().catch(this.#onError)
      if (this.#timer === timer) this.#startTimer(milliseconds)
    }
    const timer = setTimeout(backUp, milliseconds).unref()
    this.#timer = timer
  }

  #stopTimer(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }

  /** One at a time, each after the one before it. */
  #sync(): Promise<void> {
    const data = this.#opened()
    const sync = this.#lastSync.then(() => this.#save(data))
    this.#lastSync = sync.catch(() => {})
    return sync
  }

  async #save(data: BloomData): Promise<void> {
    if ((await versionOf(this.#path)) !== this.#version) await this.#takeIn(data)
    if (!this.#isDirty) return
    // Items added from here on may miss the file: they make it dirty again.
    this.#isDirty = false
    try {
      await writeBloomFile(this.#path, data)
      this.#version = await versionOf(this.#path)
    } catch (error) {
      this.#isDirty = true
      throw error
    }
  }

  /** Adds what another process saved. A file that is gone, or is no filter any more, is written again. */
  async #takeIn(data: BloomData): Promise<void> {
    const version = await versionOf(this.#path)
    const saved = await readBloomFile(this.#path).catch(() => null)
    if (saved === null) {
      this.#isDirty = true
    } else if (Buffer.compare(saved.salt, data.salt) === 0) {
      this.#isDirty = mergeBits(data.bits, saved.bits)
      this.#version = version
    } else if (this.#isDirty) {
      throw new StoqError('STOQ_WRITE_FAILED', [
        `Bloom filter ${this.#path}`,
        'another one was made in its place',
      ])
    }
  }
}

/** The size in bits and the number of hashes that give the rate: m = -n ln p / (ln 2)^2, k = m/n ln 2 (Bloom, 1970). */
function emptyFilter(size: number, rate: number): BloomData {
  if (!(size >= 1)) throw badValue('size', 'a number of items, 1 or more', size)
  if (!(rate > 0 && rate < 1)) throw badValue('false_positive_rate', 'between 0 and 1', rate)
  const bytes = Math.ceil((-size * Math.log(rate)) / Math.LN2 ** 2 / 8)
  if (!(bytes <= maxBytes)) throw badValue('size', `a number of items that ${maxBytes} bytes can hold`, size)
  const hashes = Math.min(Math.max(Math.round(-Math.log2(rate)), 1), 32)
  return { size: Math.floor(size), rate, hashes, salt: randomBytes(16), bits: new Uint8Array(bytes) }
}

function badValue(option: string, wanted: string, got: number): StoqError {
  return new StoqError('STOQ_CONFIG_VALUE', ['Bloom filter', option, wanted, String(got)])
}

/** The bits of an item, by double hashing: two numbers from one SHA-256 give all positions. */
function bitsOf(data: BloomData, item: string | Uint8Array): number[] {
  const bytes = typeof item === 'string' ? Buffer.from(item) : item
  const digest = hash('sha256', Buffer.concat([data.salt, bytes]), 'buffer')
  const first = digest.readUIntBE(0, 6)
  const step = digest.readUInt32BE(6) | 1
  return Array.from(
    { length: data.hashes },
    (_, index) => (first + index * (step >>> 0)) % (data.bits.length * 8),
  )
}

/** Sets in `bits` what is set in `others`; true when it had bits of its own. */
function mergeBits(bits: Uint8Array, others: Uint8Array): boolean {
  let own = 0
  for (let index = 0; index < bits.length; index++) {
    const other = others[index] as number
    own |= (bits[index] as number) & ~other
    bits[index] = (bits[index] as number) | other
  }
  return own !== 0
}

async function versionOf(path: string): Promise<string> {
  const stats = await stat(path).catch(() => null)
  return stats === null ? '' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`
}
