import { readFile } from 'node:fs/promises'
import { errorText, StoqError } from '../../errors.ts'
import { compileRules } from './compile-rules.ts'
import type { StringMatch, YaraEngine } from './engine.ts'
import type { UnitEngine, UnitScanner } from './rule-group.ts'
import { maxMatchesPerPattern } from './rule-set.ts'

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
    patterns: Pattern[]
  }[]
}

interface Pattern {
  identifier: string
  isPrivate: boolean
  matches: { offset: number; length: number }[]
}

/**
 * The official WebAssembly build of YARA-X: every platform, 2 ms and more for each scan. Throws STOQ_DISPATCH_ENGINE.
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
  const engine = unitEngine({ ...binding, kept })
  return { name: 'wasm', compile: sources => compileRules('wasm', engine, sources) }
}

/** To scan takes 2 ms even where nothing is looked for. */
function unitEngine(binding: Binding): UnitEngine {
  return {
    scansWhole: true,
    compile: text => {
      const rules = build(binding, text)
      const scanner = rules.scanner()
      rules.free()
      scanner.setMaxMatchesPerPattern(maxMatchesPerPattern)
      return {
        scan: payload => scan(binding, scanner, payload),
        // The heap of WebAssembly is not collected: what is not freed stays.
        close: () => scanner.free(),
      }
    },
  }
}

function build(binding: Binding, text: string): Rules {
  const compiler = new binding.Compiler()
  try {
    compiler.addSource(text)
    return compiler.build()
  } finally {
    compiler.free()
  }
}

let scans = 0

function scan(binding: Binding, scanner: Scanner, payload: Buffer): ReturnType<UnitScanner['scan']> {
  const { valid, errors, matches } = scanner.scan(payload) as ScanResult
  if (++scans % scansBetweenRelease === 0) releaseInstances(binding.kept)
  if (!valid) throw new Error(errors.join('; '))
  return matches.map(({ identifier: rule, patterns }) => ({ rule, strings: patterns.flatMap(stringsOf) }))
}

function stringsOf({ identifier, isPrivate, matches }: Pattern): StringMatch[] {
  return isPrivate ? [] : matches.map(({ offset, length }) => ({ identifier, offset, length }))
}

const scansBetweenRelease = 100

/** YARA-X makes a WebAssembly.Instance for every scan and never lets go of it: 9 KB each. None is in use between scans. */
function releaseInstances(kept: ObjectTable): void {
  for (let index = 0; index < kept.length; index++) {
    const object = kept.get(index)
    if (Object.prototype.toString.call(object) === '[object WebAssembly.Instance]') kept.set(index, null)
  }
}
