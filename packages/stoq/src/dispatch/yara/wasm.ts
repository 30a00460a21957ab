import { readFile } from 'node:fs/promises'
import { errorText, StoqError } from '../../errors.ts'
import { compileFault } from './compile-fault.ts'
import type { CompiledRules, RuleFault, RuleMatch, RuleSource, YaraEngine } from './engine.ts'
import {
  type Hit,
  maxMatchesPerPattern,
  type PreparedSource,
  prepareSources,
  toRuleMatches,
} from './rule-set.ts'

/** A WebAssembly.Table: the JavaScript objects that the WebAssembly part of the binding holds on to. */
interface ObjectTable {
  readonly length: number
  get(index: number): unknown
  set(index: number, value: null): void
}

type Binding = typeof import('@virustotal/yara-x') & { kept: ObjectTable }
type Rules = import('@virustotal/yara-x').Rules
type Scanner = import('@virustotal/yara-x').Scanner

/** What the binding's `scan` gives, which it does not declare. */
interface ScanResult {
  valid: boolean
  errors: string[]
  matches: {
    identifier: string
    namespace: string
    patterns: { identifier: string; isPrivate: boolean; matches: { offset: number; length: number }[] }[]
  }[]
}

/**
 * The official WebAssembly build of YARA-X: every platform, 2 ms for each scan. Throws STOQ_DISPATCH_ENGINE.
 * 1.19, because 1.20 misses patterns that two rules share (VirusTotal/yara-x issues 762 and 771).
 */
export function loadWasmEngine(): Promise<YaraEngine> {
  loading ??= load().catch(error => {
    loading = undefined
    throw new StoqError('STOQ_DISPATCH_ENGINE', ['wasm', errorText(error)], { cause: error })
  })
  return loading
}

/** Reading the module takes 40 ms, and there is one of it in a process anyway. */
let loading: Promise<YaraEngine> | undefined

async function load(): Promise<YaraEngine> {
  const binding = await import('@virustotal/yara-x')
  const module = new URL('yara_x_js_bg.wasm', import.meta.resolve('@virustotal/yara-x'))
  const { __wbindgen_externrefs: kept } = await binding.default({ module_or_path: await readFile(module) })
  return { name: 'wasm', compile: sources => compile({ ...binding, kept }, sources) }
}

function compile(binding: Binding, sources: readonly RuleSource[]): CompiledRules {
  const { prepared, faults } = prepareSources(sources)
  const first = build(binding, prepared)
  for (const [source, error] of first.errors) faults.push(compileFault(error, source))
  // A compiler that has met an error builds nothing: once more without the sources at fault.
  const usable = prepared.filter(source => !first.errors.has(source))
  const { rules } = first.rules ? first : build(binding, usable)
  const scanner = rules?.scanner()
  rules?.free()
  return new WasmRules(usable, faults, scanner, binding.kept)
}

interface Build {
  rules: Rules | undefined
  errors: Map<PreparedSource, unknown>
}

function build(binding: Binding, sources: readonly PreparedSource[]): Build {
  const compiler = new binding.Compiler()
  const errors = new Map<PreparedSource, unknown>()
  try {
    for (const source of sources) {
      try {
        compiler.newNamespace(String(source.index))
        compiler.addSource(source.text)
      } catch (error) {
        errors.set(source, error)
      }
    }
    return { rules: errors.size === 0 ? compiler.build() : undefined, errors }
  } finally {
    compiler.free()
  }
}

class WasmRules implements CompiledRules {
  readonly faults: readonly RuleFault[]
  readonly usable: readonly number[]
  readonly #byNamespace: Map<string, PreparedSource>
  readonly #kept: ObjectTable
  #scanner: Scanner | undefined
  #scans = 0

  constructor(
    sources: readonly PreparedSource[],
    faults: readonly RuleFault[],
    scanner: Scanner | undefined,
    kept: ObjectTable,
  ) {
    this.faults = faults
    this.usable = sources.map(source => source.index)
    this.#byNamespace = new Map(sources.map(source => [String(source.index), source]))
    this.#kept = kept
    this.#scanner = scanner
    scanner?.setMaxMatchesPerPattern(maxMatchesPerPattern)
  }

  scan(payload: Uint8Array): RuleMatch[] {
    if (!this.#scanner) throw new StoqError('STOQ_DISPATCH_SCAN', ['wasm', 'the rules are closed'])
    try {
      const { valid, errors, matches } = this.#scanner.scan(payload) as ScanResult
      if (++this.#scans % scansBetweenRelease === 0) releaseInstances(this.#kept)
      if (!valid) throw new Error(errors.join('; '))
      return toRuleMatches(matches.flatMap(match => this.#toHit(match)))
    } catch (error) {
      throw new StoqError('STOQ_DISPATCH_SCAN', ['wasm', errorText(error)], { cause: error })
    }
  }

  #toHit({ identifier, namespace, patterns }: ScanResult['matches'][number]): Hit[] {
    const source = this.#byNamespace.get(namespace)
    if (!source) return []
    const shown = patterns.filter(pattern => !pattern.isPrivate)
    const strings = shown.flatMap(pattern =>
      pattern.matches.map(({ offset, length }) => ({ identifier: pattern.identifier, offset, length })),
    )
    return [{ source, rule: identifier, strings }]
  }

  /** The heap of WebAssembly is not collected: what is not freed stays. */
  close(): void {
    this.#scanner?.free()
    this.#scanner = undefined
  }
}

const scansBetweenRelease = 100

/** YARA-X makes a WebAssembly.Instance for every scan and never lets go of it: 9 KB each. None is in use between scans. */
function releaseInstances(kept: ObjectTable): void {
  for (let index = 0; index < kept.length; index++) {
    const object = kept.get(index)
    if (Object.prototype.toString.call(object) === '[object WebAssembly.Instance]') kept.set(index, null)
  }
}
