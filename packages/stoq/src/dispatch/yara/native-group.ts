import type { StringMatch } from './engine.ts'
import { type Hit, maxMatchesPerPattern, type PreparedSource } from './rule-set.ts'
import { joinSources, splitRules } from './split-rules.ts'

/** What is used of the native binding. */
export interface NativeBinding {
  compile(source: string, options: { enableIncludes: boolean }): NativeScanner
}

interface NativeScanner {
  setMaxMatchesPerPattern(limit: number): void
  scan(payload: Buffer): { ruleIdentifier: string; matches: StringMatch[] }[]
}

/** Compiling rules anew costs 20 ms: as much as it saves over this many bytes. A run over one file never pays it. */
const splitAfterBytes = 16 * 1024 * 1024

/** Sources that are compiled together; no two of their rules have the same name. */
export class NativeGroup {
  readonly sources: readonly PreparedSource[]
  readonly #binding: NativeBinding
  readonly #owners: Map<string, PreparedSource>
  #scanners: NativeScanner[]
  #bytes = 0

  /** Throws the binding's error when the sources do not compile. */
  constructor(binding: NativeBinding, sources: readonly PreparedSource[]) {
    this.sources = sources
    this.#binding = binding
    this.#owners = new Map(sources.flatMap(source => [...source.rules.keys()].map(name => [name, source])))
    this.#scanners = [this.#compile(joinSources(sources))]
  }

  scan(payload: Buffer): Hit[] {
    this.#countBytes(payload.length)
    const matches = this.#scanners.flatMap(scanner => scanner.scan(payload))
    return matches.flatMap(match => {
      const source = this.#owners.get(match.ruleIdentifier)
      if (!source) return []
      const strings = match.matches.map(({ identifier, offset, length }) => ({ identifier, offset, length }))
      return [{ source, rule: match.ruleIdentifier, strings }]
    })
  }

  #countBytes(length: number): void {
    this.#bytes += length
    if (this.#bytes <= splitAfterBytes) return
    this.#bytes = Number.NEGATIVE_INFINITY
    const texts = splitRules(this.sources)
    if (texts.length > 1) this.#scanners = texts.map(text => this.#compile(text))
  }

  #compile(text: string): NativeScanner {
    const scanner = this.#binding.compile(text, { enableIncludes: false })
    scanner.setMaxMatchesPerPattern(maxMatchesPerPattern)
    return scanner
  }
}
