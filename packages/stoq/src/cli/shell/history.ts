import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { writeWhole } from '../../results/write-whole.ts'

/** Lines that are kept. */
export const mostLines = 1000
/** Longer lines are not kept. */
const longestLine = 4096
/** So much is read of the file. */
const mostBytes = 2 ** 20

const { O_RDONLY, O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants

/** The lines that were typed in earlier shells, in a file that only its owner can read. */
export class History {
  readonly #file: string

  constructor(file: string) {
    this.#file = file
  }

  /** The lines, last one first; none where the file cannot be read. A file that has grown long is cut. */
  read(): string[] {
    try {
      const { lines, isCut } = this.#lines()
      const kept = lines.slice(-mostLines)
      if (isCut || lines.length > 2 * mostLines) this.#rewrite(kept)
      return kept.reverse()
    } catch {
      // The first shell has no history; one without the right to read goes on without.
      return []
    }
  }

  /** Adds a line at the end: shells that are open at the same time keep each other's. */
  add(line: string): void {
    if (!line.trim() || line.length > longestLine || /[\r\n]/.test(line)) return
    try {
      mkdirSync(dirname(this.#file), { recursive: true })
      const descriptor = openSync(this.#file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
      try {
        // One that was copied there may be open to others.
        fchmodSync(descriptor, 0o600)
        writeSync(descriptor, `${line}\n`)
      } finally {
        closeSync(descriptor)
      }
    } catch {
      // A base folder that may only be read is no reason to stop.
    }
  }

  /** The lines at the end of the file, and whether those before them were too long to be read. */
  #lines(): { lines: string[]; isCut: boolean } {
    const descriptor = openSync(this.#file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const { size } = fstatSync(descriptor)
      const bytes = Buffer.alloc(Math.min(size, mostBytes))
      const length = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length)
      const isCut = size > mostBytes
      const lines = bytes.toString('utf8', 0, length).split('\n')
      return { lines: (isCut ? lines.slice(1) : lines).filter(Boolean), isCut }
    } finally {
      closeSync(descriptor)
    }
  }

  #rewrite(lines: readonly string[]): void {
    writeWhole(this.#file, `${lines.join('\n')}\n`, { replace: true, fsync: false, mode: 0o600 })
  }
}
