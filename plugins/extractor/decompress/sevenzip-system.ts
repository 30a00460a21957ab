import type { SevenZipEnd, SevenZipHost, SevenZipOutput } from './sevenzip-runtime.ts'
import { type WasmMemory, wasm } from './webassembly.ts'

/** The path under which 7-Zip finds the payload. No other file exists. */
export const inputPath = '/payload'

/** Memory that one run may use; the largest dictionaries that are common are 256 MiB. */
export const maxMemory = 512 * 2 ** 20

/** Thrown where 7-Zip ends the program. */
export class Exit {
  readonly status: number
  constructor(status: number) {
    this.status = status
  }
}

/** Thrown for a C++ exception of 7-Zip's, which this build cannot catch. */
export class Abandoned {}

// Numbers of errors as WASI has them; `__syscall_` names answer with the negative.
const permissionDenied = 2
const badFile = 8
const noFile = 44
const noSeek = 70

const regularFile = 0o100644
const directory = 0o040755

interface OpenFile {
  kind: 'input' | 'output' | 'out' | 'error'
  path: string
  position: number
  output?: SevenZipOutput
}

/** The system below 7-Zip: one file to read, new files to write, no others. */
export class System {
  readonly #host: SevenZipHost
  readonly #files = new Map<number, OpenFile>([
    [1, { kind: 'out', path: '', position: 0 }],
    [2, { kind: 'error', path: '', position: 0 }],
  ])
  #memory: WasmMemory = { buffer: new ArrayBuffer(0), grow: () => -1 }
  #bytes = new Uint8Array()
  #view = new DataView(new ArrayBuffer(0))
  #nextFile = 3
  /** What 7-Zip made last: it looks whether that is there, to set its attributes. */
  #made: { path: string; mode: number } | null = null
  #refusedMemory = false

  constructor(host: SevenZipHost) {
    this.#host = host
  }

  attach(memory: WasmMemory): void {
    this.#memory = memory
  }

  /** 7-Zip's memory now: it moves when it grows. */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.#memory.buffer) {
      this.#bytes = new Uint8Array(this.#memory.buffer)
      this.#view = new DataView(this.#memory.buffer)
    }
    return this.#bytes
  }

  get view(): DataView {
    return this.bytes.buffer === this.#view.buffer ? this.#view : new DataView(this.#memory.buffer)
  }

  put(pointer: number, bytes: Uint8Array): number {
    this.bytes.set(bytes, pointer)
    return pointer
  }

  clear(pointer: number, size: number): void {
    this.bytes.fill(0, pointer, pointer + size)
  }

  text(pointer: number): string {
    return Buffer.from(this.bytes.subarray(pointer, this.bytes.indexOf(0, pointer))).toString('utf8')
  }

  /** Anything but an end of 7-Zip's own making is the host's and goes on. */
  endOf(error: unknown): SevenZipEnd {
    if (error instanceof Exit) return { status: error.status }
    if (this.#refusedMemory) return { failure: `needs more than ${maxMemory / 2 ** 20} MiB of memory` }
    if (error instanceof Abandoned || error instanceof wasm.RuntimeError) return { failure: 'damaged' }
    // Deep recursion in the program
    if (error instanceof RangeError) return { failure: 'damaged' }
    throw error
  }

  grow(size: number): number {
    const wanted = size >>> 0
    const pages = Math.ceil((wanted - this.bytes.length) / 65536)
    try {
      if (wanted <= maxMemory) return this.#memory.grow(pages) >= 0 ? 1 : 0
    } catch {
      // the machine has no more memory
    }
    this.#refusedMemory = true
    return 0
  }

  open(path: string, flags: number): number {
    this.#host.check()
    if (path === inputPath) return this.#add({ kind: 'input', path, position: 0 })
    const isForWriting = (flags & 3) !== 0
    if (!isForWriting) return -noFile
    this.#made = null
    const output = this.#host.create(path)
    return output ? this.#add({ kind: 'output', path, position: 0, output }) : -permissionDenied
  }

  #add(file: OpenFile): number {
    const number = this.#nextFile++
    this.#files.set(number, file)
    return number
  }

  close(number: number): number {
    const file = this.#files.get(number)
    if (!file) return badFile
    this.#files.delete(number)
    file.output?.close()
    if (file.output) this.#made = { path: file.path, mode: regularFile }
    return 0
  }

  makeDirectory(path: string): number {
    this.#made = { path, mode: directory }
    return 0
  }

  /** Only the payload and what was made last exist: members of one name do not meet. */
  stat(path: string, pointer: number): number {
    if (path === inputPath) return this.#writeStat(pointer, regularFile, this.#host.input.length)
    if (path !== this.#made?.path) return -noFile
    const { mode } = this.#made
    if (mode === regularFile) this.#made = null
    return this.#writeStat(pointer, mode, 0)
  }

  statOpen(number: number, pointer: number): number {
    const file = this.#files.get(number)
    if (!file) return -badFile
    return this.#writeStat(
      pointer,
      regularFile,
      file.kind === 'input' ? this.#host.input.length : file.position,
    )
  }

  #writeStat(pointer: number, mode: number, size: number): number {
    this.clear(pointer, 96)
    this.view.setInt32(pointer + 4, mode, true)
    this.view.setUint32(pointer + 8, 1, true)
    this.view.setBigInt64(pointer + 24, BigInt(size), true)
    this.view.setInt32(pointer + 32, 4096, true)
    return 0
  }

  read(number: number, vectors: number, count: number, result: number): number {
    this.#host.check()
    const file = this.#files.get(number)
    let total = 0
    for (const [pointer, size] of this.#vectors(vectors, count)) {
      if (file?.kind !== 'input') break
      const piece = this.#host.input.subarray(file.position, file.position + size)
      this.put(pointer, piece)
      file.position += piece.length
      total += piece.length
    }
    this.view.setUint32(result, total, true)
    return 0
  }

  write(number: number, vectors: number, count: number, result: number): number {
    this.#host.check()
    const file = this.#files.get(number)
    if (!file || file.kind === 'input') return badFile
    let total = 0
    for (const [pointer, size] of this.#vectors(vectors, count)) {
      const piece = this.bytes.subarray(pointer, pointer + size)
      if (file.output) file.output.write(piece)
      else this.#host.print(file.kind === 'out' ? 'out' : 'error', piece)
      total += size
    }
    file.position += total
    this.view.setUint32(result, total, true)
    return 0
  }

  *#vectors(pointer: number, count: number): Generator<[pointer: number, size: number]> {
    for (let at = pointer; at < pointer + count * 8; at += 8) {
      yield [this.view.getUint32(at, true), this.view.getUint32(at + 4, true)]
    }
  }

  /** Output is written from its start to its end: other places are not to be had. */
  seek(number: number, offset: bigint, whence: number, result: number): number {
    this.#host.check()
    const file = this.#files.get(number)
    if (file?.kind !== 'input' && file?.kind !== 'output') return noSeek
    const size = file.kind === 'input' ? this.#host.input.length : file.position
    const base = [0, file.position, size][whence] ?? 0
    const target = base + Number(offset)
    if (target < 0 || (file.kind === 'output' && target !== file.position)) return noSeek
    file.position = target
    this.view.setBigInt64(result, BigInt(target), true)
    return 0
  }
}
