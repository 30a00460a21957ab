import type { Better, Output, PluginRecord } from './records.ts'

/** What one of our plugins did with a call. */
export interface Answer {
  result: Output[] | string | null
  /** Text of the StoqError that it threw. */
  fault?: string
}

/** How our answer differs from what it should be, as text; null when it does not. `ask` gives the answer to other keywords. */
export async function difference(
  record: PluginRecord,
  answer: Answer,
  ask: (kwargs: Record<string, unknown>) => Promise<Answer>,
): Promise<string | null> {
  const { better } = record
  if (better?.same_as !== undefined) {
    const other = await ask(keyOf(better.same_as))
    return other.result === null
      ? `there is no answer to ${better.same_as}`
      : unlike(answer.result, other.result)
  }
  if (better?.names) return unlikeNames(better.names, record.result, answer.result)
  if (better && !isAboutLog(better)) return unlikeBetter(better, record, answer)
  if (record.v1_defect !== undefined || record.exception !== undefined) return null
  return unlike(answer.result, record.v1_minor === undefined ? record.result : withoutMeta(record.result))
}

/** `key '1 2'` or `bits 4`, as the records name another call. */
function keyOf(text: string): Record<string, unknown> {
  const [, name = '', word, number] = /^(\w+) (?:'(.*)'|(\d+))$/.exec(text) ?? []
  return { [name]: word ?? Number(number) }
}

/** The answer itself is good. */
function isAboutLog(better: Better): boolean {
  return Object.keys(better).join() === 'log'
}

function unlikeBetter(better: Better, record: PluginRecord, answer: Answer): string | null {
  const { result, fault = '' } = answer
  if (better.contains !== undefined) {
    return String(result).includes(better.contains) ? null : `'${better.contains}' is not in ${show(result)}`
  }
  if (better.outputs) {
    const wanted = better.outputs.map(({ filename, path, size, sha256 }) => {
      const names = path === filename ? { filename } : { filename, original_path: path }
      const key = better.key_hex === undefined ? {} : { key_hex: better.key_hex }
      return { meta: { ...names, ...key }, size, sha256 }
    })
    return unlike(result, wanted)
  }
  if (better.meta_size !== undefined) return unlike(result, withTrueSize(record.result))
  if (result !== null) return `null is wanted, not ${show(result)}`
  return fault.includes(better.reason ?? '') ? null : `'${better.reason}' is not in the reason '${fault}'`
}

function unlikeNames(
  names: readonly string[],
  wanted: PluginRecord['result'],
  ours: Answer['result'],
): string | null {
  const given = Array.isArray(ours) ? ours.map(({ meta }) => String(meta['name'])).sort() : []
  if (given.join('\n') !== names.toSorted().join('\n')) return `${names} are the names, not ${given}`
  return unlike(ours, withoutMeta(wanted))
}

function withoutMeta(result: PluginRecord['result']): PluginRecord['result'] {
  return Array.isArray(result) ? result.map(output => ({ ...output, meta: {} })) : result
}

function withTrueSize(result: PluginRecord['result']): PluginRecord['result'] {
  if (!Array.isArray(result)) return result
  return result.map(output => ({ ...output, meta: { ...output.meta, size: output.size } }))
}

/** Outputs are a set: each wanted one takes one of ours. More metadata than wanted is fine. */
function unlike(ours: Answer['result'], wanted: Answer['result']): string | null {
  if (!Array.isArray(ours) || !Array.isArray(wanted)) {
    return ours === wanted ? null : `${show(wanted)} is wanted, not ${show(ours)}`
  }
  const left = [...ours]
  for (const output of wanted) {
    const index = left.findIndex(candidate => isLike(candidate, output))
    if (index < 0) return `${show([output])} is missing in ${show(ours)}`
    left.splice(index, 1)
  }
  return left.length === 0 ? null : `${show(left)} is not wanted`
}

function isLike(ours: Output, wanted: Output): boolean {
  const metaIsLike = Object.entries(wanted.meta).every(
    ([key, value]) => JSON.stringify(ours.meta[key]) === JSON.stringify(value),
  )
  return ours.size === wanted.size && ours.sha256 === wanted.sha256 && metaIsLike
}

function show(result: Answer['result']): string {
  if (!Array.isArray(result)) return JSON.stringify(result)
  const outputs = result
    .slice(0, 4)
    .map(({ meta, size, sha256 }) => `${JSON.stringify(meta)} ${size} ${sha256.slice(0, 8)}`)
  return `[${outputs.join(', ')}${result.length > 4 ? `, … ${result.length} in all` : ''}]`
}
