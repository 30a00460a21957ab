import type { Edit } from './rewrite.ts'

/** Variables that every Windows has, as scripts take letters out of them. */
const environment = new Map(
  Object.entries({
    comspec: 'C:\\Windows\\system32\\cmd.exe',
    systemroot: 'C:\\Windows',
    windir: 'C:\\Windows',
    systemdrive: 'C:',
    programfiles: 'C:\\Program Files',
    'programfiles(x86)': 'C:\\Program Files (x86)',
    commonprogramfiles: 'C:\\Program Files\\Common Files',
    programdata: 'C:\\ProgramData',
    allusersprofile: 'C:\\ProgramData',
    public: 'C:\\Users\\Public',
    os: 'Windows_NT',
    pathext: '.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC',
  }),
)

/** No line of cmd.exe is longer, and so no value is. */
const longestValue = 8191
/** Lines may grow together to this many times the length of the script. */
const mostGrowth = 4

/**
 * Lines of a batch file that say something else than is written: variables that the file sets, and parts of them and of those
 * of Windows, are put in, carets that escape nothing and variables that nobody sets within words are left out. Commands are
 * taken in the order of the file.
 */
export function expandBatch(text: string): Edit[] {
  const variables = new Map<string, string>()
  const edits: Edit[] = []
  let room = mostGrowth * text.length + 0x10000
  for (const { start, end } of logicalLines(text)) {
    const line = text.slice(start, end)
    const expanded = expandVariables(line, variables, room)
    const plain = removeCarets(expanded)
    room -= plain.length
    learn(plain, variables)
    if (plain !== line) edits.push({ start, end, text: plain })
  }
  return edits
}

/** Lines, those that a caret joins as one, without their end. */
function* logicalLines(text: string): Generator<{ start: number; end: number }, void> {
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    const end = text[at - 1] === '\r' ? at - 1 : at
    if (text[end - 1] === '^' && end > start) continue
    yield { start, end: Math.max(start, end) }
    start = at + 1
  }
  yield { start, end: text.length }
}

/** `%name%`, `%name:~1,2%`, `%name:a=b%`, and the same between exclamation marks for variables that are known. */
function expandVariables(line: string, variables: ReadonlyMap<string, string>, room: number): string {
  const parts: string[] = []
  let [from, grown] = [0, 0]
  for (let at = nextMark(line, 0); at >= 0; at = nextMark(line, at)) {
    const close = line.indexOf(line[at] ?? '', at + 1)
    const value = close < 0 ? null : expansion(line, at, close, variables)
    if (value === null || grown + value.length > room) {
      at++
      continue
    }
    parts.push(line.slice(from, at), value)
    grown += value.length
    from = close + 1
    at = from
  }
  parts.push(line.slice(from))
  return parts.join('')
}

function nextMark(line: string, from: number): number {
  for (let at = from; at < line.length; at++) if (line[at] === '%' || line[at] === '!') return at
  return -1
}

/** What stands for the reference from `open` to `close`; null for none. */
function expansion(
  line: string,
  open: number,
  close: number,
  variables: ReadonlyMap<string, string>,
): string | null {
  const reference = line.slice(open + 1, Math.min(close, open + 200)).replace(/\^/g, '')
  if (close - open > 199 || close === open + 1) return null
  const colon = reference.indexOf(':')
  const name = (colon < 0 ? reference : reference.slice(0, colon)).toLowerCase()
  const known = variables.get(name)
  if (colon < 0) return known ?? (isJunk(line, open, close, name) ? '' : null)
  const value = known ?? environment.get(name)
  return value === undefined ? null : changed(value, reference.slice(colon + 1))
}

/** A variable that nobody sets, in the middle of a word: it is there to hide the word. */
function isJunk(line: string, open: number, close: number, name: string): boolean {
  const isWithin = /[a-z]/i.test(line[open - 1] ?? '') && /[a-z]/i.test(line[close + 1] ?? '')
  return line[open] === '%' && isWithin && /^\w{2,}$/.test(name) && !environment.has(name) && name !== 'path'
}

/** `~start,length` cuts, `old=new` replaces. */
function changed(value: string, change: string): string | null {
  const cut = /^~\s*(-?\d{1,5})(?:\s*,\s*(-?\d{1,5}))?$/.exec(change)
  if (cut) {
    const start = Number(cut[1])
    const from = start < 0 ? Math.max(0, value.length + start) : start
    const length = cut[2] === undefined ? value.length : Number(cut[2])
    return value.slice(from, length < 0 ? Math.max(from, value.length + length) : from + length)
  }
  const equals = change.indexOf('=')
  if (equals < 1 || change.startsWith('*') || change.startsWith('~')) return null
  const [old, put] = [change.slice(0, equals), change.slice(equals + 1)]
  const longest = put.length > old.length ? (value.length / old.length) * put.length : value.length
  return longest > longestValue ? null : replaceIgnoringCase(value, old, put)
}

function replaceIgnoringCase(value: string, old: string, put: string): string {
  return value.replaceAll(new RegExp(old.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), 'gi'), () => put)
}

/** Carets before letters and digits, and those that join lines: the others may be needed. */
function removeCarets(line: string): string {
  if (!line.includes('^')) return line
  let isQuoted = false
  return line.replace(/"|\^(?:\r?\n|[\w\s:\\/.,;=-])|\^(?="[^"])/g, (found, at: number) => {
    if (found === '"') isQuoted = !isQuoted
    else if (!isQuoted || /\w/.test(line[at - 1] ?? '')) return found.slice(1).replace(/^\r?\n/, '')
    return found
  })
}

/** Takes note of `set name=value`; one that is asked for or computed is not known. */
function learn(line: string, variables: Map<string, string>): void {
  if (!/set/i.test(line)) return
  for (const command of line.split(/[&|]+/)) {
    const found = /^[\s@(]{0,20}set\s{1,20}(?:(\/[ap])\s*)?("?)([^="]{1,100})=(.*)$/is.exec(
      command.slice(0, 2 * longestValue),
    )
    if (!found) continue
    const [, option, quote, name = '', rest = ''] = found
    const key = name.trim().toLowerCase()
    const last = quote ? rest.lastIndexOf('"') : -1
    const value = last < 0 ? rest : rest.slice(0, last)
    if (option || value.length > longestValue || variables.size > 10_000) variables.delete(key)
    else variables.set(key, value)
  }
}
