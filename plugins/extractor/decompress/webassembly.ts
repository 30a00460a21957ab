/** A compiled program. */
export type WasmModule = object

/** Memory of a running program; `buffer` is another one after it grew. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
  /** Adds pages of 64 KiB; throws when there is no more. */
  grow(pages: number): number
}

export type WasmImports = Record<string, Record<string, (...args: never[]) => unknown>>

/** The part of the WebAssembly interface that is used here: Node's types leave it to those of browsers. */
interface WebAssemblyInterface {
  compile(bytes: Uint8Array): Promise<WasmModule>
  Module: { imports(program: WasmModule): { module: string; name: string }[] }
  Instance: new (program: WasmModule, imports: WasmImports) => { readonly exports: unknown }
  RuntimeError: new () => Error
}

export const wasm = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly
