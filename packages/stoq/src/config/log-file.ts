import { appendFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { RotatingFileStream } from 'rotating-file-stream'
import { errorText } from '../errors.ts'

/** A run that ends within this time writes its lines in one go, without the 30 ms that a stream costs to open. */
const briefMilliseconds = 250

export interface LogFileOptions {
  directory: string
  /** Size at which the file is rotated, in bytes. */
  maxBytes: number
  /** Rotated files that are kept. */
  backupCount: number
  /** Told once, when the log cannot be written. */
  onFault: (text: string) => void
}

/** `stoq.log`, rotated by size. A log that cannot be written must not stop the analysis. */
export class LogFile {
  readonly #options: LogFileOptions
  #lines: string[] = []
  #timer: NodeJS.Timeout | null = null
  #stream: Promise<RotatingFileStream | null> | null = null
  #failed = false

  constructor(options: LogFileOptions) {
    this.#options = options
  }

  add(line: string): void {
    if (this.#failed) return
    this.#lines.push(line)
    if (this.#stream) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), briefMilliseconds).unref()
  }

  /** Writes what is left and closes the file. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (!this.#stream && this.#appendAtOnce()) return
    await this.#flush()
    const stream = await this.#stream
    this.#stream = null
    if (stream) await new Promise<void>(resolve => stream.end(resolve))
  }

  /** False when the file has to be rotated first. */
  #appendAtOnce(): boolean {
    const { directory, maxBytes } = this.#options
    const file = join(directory, rotatedName())
    const text = this.#lines.join('')
    if (!text || this.#failed) return true
    try {
      mkdirSync(directory, { recursive: true })
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      if (size + Buffer.byteLength(text) >= maxBytes) return false
      appendFileSync(file, text)
      this.#lines = []
    } catch (error) {
      this.#fail(error)
    }
    return true
  }

  async #flush(): Promise<void> {
    this.#stream ??= this.#open()
    const stream = await this.#stream
    const text = this.#lines.join('')
    this.#lines = []
    if (text) stream?.write(text)
  }

  async #open(): Promise<RotatingFileStream | null> {
    const { directory, maxBytes, backupCount } = this.#options
    const { createStream } = await import('rotating-file-stream')
    try {
      mkdirSync(directory, { recursive: true })
      const size = `${Math.max(1, maxBytes)}B` as const
      const stream = createStream(rotatedName, { path: directory, size, rotate: Math.max(1, backupCount) })
      stream.on('error', error => this.#fail(error))
      return stream
    } catch (error) {
      return this.#fail(error)
    }
  }

  #fail(error: unknown): null {
    const { directory, onFault } = this.#options
    if (!this.#failed) onFault(`cannot write the log in ${directory}: ${errorText(error)}`)
    this.#failed = true
    return null
  }
}

/** `stoq.log`, `stoq.log.1` … as Python's RotatingFileHandler names them. */
function rotatedName(index?: number | Date | null): string {
  return index ? `stoq.log.${Number(index)}` : 'stoq.log'
}
