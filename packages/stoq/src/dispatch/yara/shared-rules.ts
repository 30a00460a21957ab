import { StoqError } from '../../errors.ts'
import type { CompiledRules, RuleMatch, RuleSource, YaraEngine } from './engine.ts'
import { expandIncludes, mayInclude } from './includes.ts'

/**
 * The rules of several users, compiled as one: a payload that one user after the other scans is scanned once. Each user has
 * the answers of its own rules alone. null where a source does not compile: who compiles alone is told why.
 */
export function compileShared(
  engine: YaraEngine,
  users: readonly (readonly RuleSource[])[],
): CompiledRules[] | null {
  const parts = users.map(expandAll)
  if (!parts.every(part => part !== null)) return null
  const shared = new SharedRules(engine, parts)
  if (shared.isWhole) return parts.map((sources, user) => new UserRules(shared, user, sources.length))
  shared.close()
  return null
}

/** Includes are put in place now: the files may change before a user is alone with its rules. null when one cannot be read. */
function expandAll(sources: readonly RuleSource[]): RuleSource[] | null {
  const expanded: RuleSource[] = []
  for (const source of sources) {
    const result = mayInclude(source) ? expandIncludes(source) : source
    if ('reason' in result) return null
    expanded.push({ ...source, text: result.text })
  }
  return expanded
}

/** What the other users still have to fetch of the payload that was scanned last. */
interface Remembered {
  payload: Uint8Array
  /** Its bytes when it was scanned: a plugin may have changed them since. */
  bytes: Buffer
  waiting: Map<number, RuleMatch[]>
}

/** Payloads up to this size are remembered in one buffer that stays. */
const keptBytes = 1024 * 1024

class SharedRules {
  readonly isWhole: boolean
  readonly #engine: YaraEngine
  readonly #parts: readonly (readonly RuleSource[])[]
  /** By position among all sources. */
  readonly #owners: readonly { user: number; namespace: string }[]
  readonly #users: Set<number>
  readonly #scratch = Buffer.allocUnsafeSlow(keptBytes)
  #rules: CompiledRules | null
  #last: Remembered | null = null

  constructor(engine: YaraEngine, parts: readonly (readonly RuleSource[])[]) {
    this.#engine = engine
    this.#parts = parts
    this.#users = new Set(parts.keys())
    this.#owners = parts.flatMap((sources, user) =>
      sources.map(({ namespace = 'default' }) => ({ user, namespace })),
    )
    const sources = parts.flat().map((source, index) => ({ ...source, namespace: String(index) }))
    const rules = engine.compile(sources)
    this.#rules = rules
    this.isWhole = rules.usable.length === sources.length && rules.faults.length === 0
  }

  scan(user: number, payload: Uint8Array): RuleMatch[] {
    if (this.#users.size === 1) return this.#rulesOfOne().scan(payload)
    const known = this.#fetch(user, payload)
    if (known) return known
    const found = this.#deal(this.#rules?.scan(payload) ?? [])
    const waiting = new Map([...this.#users].map(each => [each, found.get(each) ?? []]))
    waiting.delete(user)
    this.#last = { payload, bytes: this.#copy(payload), waiting }
    return found.get(user) ?? []
  }

  /** The last but one that leaves leaves the other alone with its own rules. */
  leave(user: number): void {
    this.#users.delete(user)
    this.#last = null
    if (this.#users.size < 2) this.close()
  }

  close(): void {
    this.#rules?.close()
    this.#rules = null
  }

  /** Compiled when the one that is left scans again: in most cases it leaves too. */
  #rulesOfOne(): CompiledRules {
    const [alone = 0] = this.#users
    this.#rules ??= this.#engine.compile(this.#parts[alone] ?? [])
    return this.#rules
  }

  /** What was found for a user when another scanned the same payload; once, and only while its bytes are the same. */
  #fetch(user: number, payload: Uint8Array): RuleMatch[] | null {
    const last = this.#last
    const matches = last?.payload === payload ? last.waiting.get(user) : undefined
    if (!last || !matches) return null
    last.waiting.delete(user)
    if (last.waiting.size === 0) this.#last = null
    return last.bytes.equals(payload) ? matches : null
  }

  #copy(payload: Uint8Array): Buffer {
    if (payload.length > keptBytes) return Buffer.from(payload)
    this.#scratch.set(payload)
    return this.#scratch.subarray(0, payload.length)
  }

  #deal(matches: readonly RuleMatch[]): Map<number, RuleMatch[]> {
    const found = new Map<number, RuleMatch[]>()
    for (const match of matches) {
      const owner = this.#owners[Number(match.namespace)]
      if (!owner) continue
      const own = found.get(owner.user) ?? []
      own.push({ ...match, namespace: owner.namespace })
      found.set(owner.user, own)
    }
    return found
  }
}

/** One user's part of shared rules. */
class UserRules implements CompiledRules {
  readonly faults = []
  readonly usable: readonly number[]
  readonly #user: number
  #shared: SharedRules | null

  constructor(shared: SharedRules, user: number, sources: number) {
    this.#shared = shared
    this.#user = user
    this.usable = [...Array(sources).keys()]
  }

  scan(payload: Uint8Array): RuleMatch[] {
    if (!this.#shared) throw new StoqError('STOQ_DISPATCH_SCAN', ['shared', 'the rules are closed'])
    return this.#shared.scan(this.#user, payload)
  }

  close(): void {
    this.#shared?.leave(this.#user)
    this.#shared = null
  }
}
