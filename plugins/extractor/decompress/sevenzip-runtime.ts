import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { StoqError } from 'stoq'
import { systemCalls } from './sevenzip-calls.ts'
import { System } from './sevenzip-system.ts'
import { type WasmImports, type WasmMemory, type WasmModule, wasm } from './webassembly.ts'

/** What 7-Zip meets outside: the one file that it reads, and whatever it wants to write. */
export interface SevenZipHost {
  readonly input: Uint8Array
  /** A file that 7-Zip makes; null refuses it, and 7-Zip goes on with the next. */
  create(path: string): SevenZipOutput | null
  /** What it prints, piece by piece; the bytes are 7-Zip's memory. */
  print(channel: 'out' | 'error', bytes: Uint8Array): void
  /** Called for every piece of input and output; what it throws ends the run. */
  check(): void
}

export interface SevenZipOutput {
  /** The bytes are 7-Zip's memory: copy what is to stay. */
  write(bytes: Uint8Array): void
  close(): void
}

/** How a run ended: its exit status, or the reason why it could not go on. */
export type SevenZipEnd = { status: number } | { failure: string }

let compiled: Promise<WasmModule> | null = null

/** The 7-Zip program, compiled once for the process when the first archive needs it. */
export function loadSevenZip(): Promise<WasmModule> {
  compiled ??= readFile(locate()).then(bytes => wasm.compile(bytes))
  return compiled
}

/** zip, tar, gz and the like do without it: who installs the package alone is told when it is needed. */
function locate(): string {
  try {
    return fileURLToPath(import.meta.resolve('7z-wasm/7zz.wasm'))
  } catch (error) {
    throw new StoqError('STOQ_PLUGIN_DEPENDENCY', ['extractor:decompress', '7z-wasm', '7z-wasm'], {
      cause: error,
    })
  }
}

/**
 * Runs 7-Zip once, as a new instance: a hostile archive leaves nothing behind. Throws what the host throws.
 * The system calls are our own: the file system that comes with the program would hold all output in memory.
 */
export function runSevenZip(program: WasmModule, args: readonly string[], host: SevenZipHost): SevenZipEnd {
  const system = new System(host)
  const instance = new wasm.Instance(program, importsOf(program, system))
  const { memory, __wasm_call_ctors, _emscripten_stack_alloc, __main_argc_argv } =
    instance.exports as unknown as Exports
  system.attach(memory)
  try {
    __wasm_call_ctors()
    const texts = ['7zz', ...args].map(arg => Buffer.from(`${arg}\0`))
    const pointers = texts.map(text => system.put(_emscripten_stack_alloc(text.length), text))
    const table = Buffer.from(Uint32Array.from([...pointers, 0]).buffer)
    return {
      status: __main_argc_argv(texts.length, system.put(_emscripten_stack_alloc(table.length), table)),
    }
  } catch (error) {
    return system.endOf(error)
  }
}

interface Exports {
  memory: WasmMemory
  __wasm_call_ctors(): void
  _emscripten_stack_alloc(size: number): number
  __main_argc_argv(count: number, pointers: number): number
}

function importsOf(program: WasmModule, system: System): WasmImports {
  const calls = systemCalls(system)
  for (const { name } of wasm.Module.imports(program)) {
    if (!Object.hasOwn(calls, name)) {
      throw new StoqError('STOQ_PLUGIN_LOAD', [
        'extractor:decompress',
        `7z-wasm wants the unknown call ${name}; version 1.2 is needed`,
      ])
    }
  }
  return { env: calls, wasi_snapshot_preview1: calls }
}
