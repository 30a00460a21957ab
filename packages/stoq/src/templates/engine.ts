import { createRequire } from 'node:module'
import type { Environment } from 'minijinja-js'
import { type Filter, filters } from './filters.ts'

/** Instructions for one rendering: 10,000 entries take a few million, an endless loop ends after about a second. */
const maxInstructions = 20_000_000

/** A WebAssembly memory never shrinks: past this size (bytes) an engine is not used again. */
const maxMemory = 256 * 1024 * 1024

type Package = typeof import('minijinja-js') & { __wasm: { memory: { buffer: ArrayBuffer } } }

/** A Jinja2 engine with its templates, in a WebAssembly instance of its own: what breaks it harms nothing else. */
export class TemplateEngine {
  /** Templates that do not compile: name -> why. */
  readonly faults = new Map<string, string>()
  readonly #environment: Environment
  readonly #memory: Package['__wasm']['memory']
  #filterFault: unknown = null

  /** Compiles every template. Throws when one of them breaks the engine itself. */
  constructor(sources: ReadonlyMap<string, string>) {
    const { Environment, __wasm } = loadPackage()
    this.#memory = __wasm.memory
    this.#environment = new Environment()
    this.#configure()
    for (const [name, source] of sources) this.#compile(name, source)
  }

  /** The text of one template, with the document as `results`. Throws the engine's error. */
  render(name: string, results: unknown): string {
    this.#filterFault = null
    const text = quietly(() => this.#environment.renderTemplate(name, { results }))
    if (this.#filterFault) throw this.#filterFault
    return text
  }

  /** True when it has grown so large that a new one should take its place. */
  get isSpent(): boolean {
    return this.#memory.buffer.byteLength > maxMemory
  }

  /** Lets go of the environment; a broken one cannot be freed, but is not asked for again at exit either. */
  close(): void {
    try {
      this.#environment.free()
    } catch {
      // A broken instance is still borrowed; it goes away as a whole.
    }
  }

  #configure(): void {
    const environment = this.#environment
    environment.enablePyCompat()
    environment.trimBlocks = true
    environment.lstripBlocks = true
    environment.undefinedBehavior = 'chainable'
    environment.fuel = maxInstructions
    for (const [name, filter] of Object.entries(filters)) environment.addFilter(name, this.#guard(filter))
  }

  /** What is thrown through WebAssembly breaks the instance: a filter's fault is kept and thrown after rendering. */
  #guard(filter: Filter): Filter {
    return (...given) => {
      try {
        return filter(...given)
      } catch (error) {
        this.#filterFault ??= error
        return ''
      }
    }
  }

  #compile(name: string, source: string): void {
    try {
      quietly(() => this.#environment.addTemplate(name, source))
    } catch (error) {
      if (isTrap(error)) {
        this.close()
        throw error
      }
      this.faults.set(name, firstLine(error))
    }
  }
}

/** True when an error comes from a broken engine (stack, memory, panic), not from a template. */
export function isTrap(error: unknown): boolean {
  return !(error instanceof Error) || Object.getPrototypeOf(error) !== Error.prototype
}

/** What happened and where; the engine adds a drawing of the template below. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
}

/** A panic is written to the console, stack and all, before it is thrown: the throw is enough. */
function quietly<T>(call: () => T): T {
  const { error } = console
  console.error = () => {}
  try {
    return call()
  } finally {
    console.error = error
  }
}

/** The package keeps one instance in its module: read past the cache, every engine gets its own. */
function loadPackage(): Package {
  const require = createRequire(import.meta.url)
  const path = require.resolve('minijinja-js')
  delete require.cache[path]
  const loaded: Package = require(path)
  delete require.cache[path]
  return loaded
}
