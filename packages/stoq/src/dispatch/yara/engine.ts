/** One file of rules, or rules from memory. */
export interface RuleSource {
  /** Shown in messages: a path, or a word such as `inline`. */
  name: string
  text: string
  /** Directory that `include` is resolved in; absent: includes are an error. */
  directory?: string
  namespace?: string
  /** True: its rules are known to compile, so that what is rarely needed is compiled when it is. */
  isProven?: boolean
}

export type MetaValue = string | number | boolean

/** One matched string: identifier with its `$`, offset and length in bytes. */
export interface StringMatch {
  identifier: string
  offset: number
  length: number
}

/** One rule that matched. Private rules are never reported. A meta key given twice holds the last value. */
export interface RuleMatch {
  rule: string
  namespace: string
  tags: string[]
  meta: Record<string, MetaValue>
  strings: StringMatch[]
}

/** Why a rule source was left out. `source` is the included file where the fault is there; `line` is 1-based, 0 when unknown. */
export interface RuleFault {
  source: string
  line: number
  reason: string
}

/** Where the fault is: `rules.yar:3`, without a line where there is none. */
export function placeOf({ source, line }: RuleFault): string {
  return line > 0 ? `${source}:${line}` : source
}

/** Rules that are ready. */
export interface CompiledRules {
  readonly faults: readonly RuleFault[]
  /** Positions of the sources that are in use. */
  readonly usable: readonly number[]
  /**
   * The rules that match, in the order of their sources and in those as written; each pattern with its first 1000 matches,
   * and a condition counts no further. Throws STOQ_DISPATCH_SCAN.
   */
  scan(payload: Uint8Array): RuleMatch[]
  close(): void
}

/** A YARA implementation. All engines give the same answers to the same rules and bytes. */
export interface YaraEngine {
  readonly name: 'native' | 'wasm'
  /** Compiles every source that compiles; the others are left out and told in `faults`. */
  compile(sources: readonly RuleSource[]): CompiledRules
}
