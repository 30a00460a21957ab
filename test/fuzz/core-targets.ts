import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import {
  documentSchema,
  dumps,
  flatten,
  forceUnicode,
  loads,
  normalizeJson,
  printable,
  sanitizeJson,
} from 'stoq'
import { parseIni } from '../../packages/stoq/src/config/ini.ts'
import { searchXor, type XorSearch } from '../../packages/stoq/src/dispatch/xor-search.ts'
import type { YaraEngine } from '../../packages/stoq/src/dispatch/yara/engine.ts'
import { Lexer } from '../../packages/stoq/src/dispatch/yara/lexer.ts'
import { loadYaraEngine } from '../../packages/stoq/src/dispatch/yara/load.ts'
import { readSourceFacts } from '../../packages/stoq/src/dispatch/yara/rule-source.ts'
import { loadMagic } from '../../packages/stoq/src/payload/magic.ts'
import { compareSsdeep, getSsdeep } from '../../packages/stoq/src/payload/ssdeep.ts'
import { Fault } from './fault.ts'
import { type Sample, samplesOf } from './samples.ts'
import type { Call, Target } from './targets.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Parts of the core that read bytes or text of strangers, each with what must hold whatever they are. */
export const coreTargets: Target[] = [
  target('ini', checkIni, files('{plugins,test/fixtures}/**/*.stoq')),
  target('rule-source', checkRuleSource, files('{plugins,packages,test}/**/*.yar')),
  target('json', checkJson, files('test/golden/documents/*.json')),
  target('text', checkText),
  target('ssdeep', checkSsdeep),
  target('xor-search', checkXorSearch),
  opened('magic', async () => {
    await loadMagic()
    return checkMagic
  }),
  opened('yara-rules', openYaraRules, files('{plugins,packages,test}/**/*.yar')),
  opened('scan', openScan),
]

function target(name: string, check: (payload: Uint8Array) => void, samples?: () => Sample[]): Target {
  return opened(name, async () => check, samples)
}

function opened(
  name: string,
  open: (stoq: never) => Promise<Call>,
  samples: () => Sample[] = () => [],
): Target {
  const id = `core/${name}`
  const sets = () => {
    const { own, others } = samplesOf(id)
    const chosen = samples()
    return { own: [...own, ...chosen], others: chosen.length > 0 ? [] : others }
  }
  return { id, shape: 'anything', samples: sets, open: open as Target['open'] }
}

function files(pattern: string): () => Sample[] {
  return () =>
    globSync(pattern, { cwd: root, exclude: name => name.includes('node_modules') })
      .sort()
      .map(name => ({ name, payload: readFileSync(`${root}${name}`), kwargs: {} }))
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Fault(what)
}

function checkIni(payload: Uint8Array): void {
  const text = Buffer.from(payload).toString('utf8')
  for (const options of parseIni(text, 'fuzz.stoq').values()) {
    for (const [name, value] of options) {
      must(name !== '' && name === name.toLowerCase(), 'an option has no proper name')
      must(value.length <= text.length + 2 ** 20, 'a value is larger than the limit')
    }
  }
}

function checkRuleSource(payload: Uint8Array): void {
  const text = Buffer.from(payload).toString('utf8')
  const lexer = new Lexer(text)
  let [end, line] = [0, 1]
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) {
    must(token.start >= end && token.end > token.start, 'tokens overlap or are empty')
    must(token.end <= text.length && token.line >= line, 'a token is outside of the text')
    ;[end, line] = [token.end, token.line]
  }
  const { rules, includes, wideIntegers } = readSourceFacts(text)
  const places = [...rules, ...includes].map(({ start, end: last }) => [start, last] as const)
  for (const [start, last] of [...places, ...wideIntegers])
    must(start >= 0 && start < last && last <= text.length, 'a place is outside of the text')
}

function checkJson(payload: Uint8Array): void {
  const value = loads(payload)
  for (const form of [value, flatten(value), sanitizeJson(value), normalizeJson(value), { payload }]) {
    const json = dumps(form)
    must(!/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]/.test(json) && json.isWellFormed(), 'JSON is not safe')
    loads(json)
  }
  // Not the value itself: -0 becomes 0, and 1e999 null.
  const text = dumps(value)
  must(dumps(loads(text)) === text, 'JSON is another value when it is read again')
}

function checkText(payload: Uint8Array): void {
  const text = forceUnicode(payload)
  must((text === null) === (payload.length === 0), 'bytes are no text, or nothing is one')
  if (text === null) return
  must(text.isWellFormed(), 'text with half a character')
  const shown = printable(text)
  must(!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(shown), 'what is printable is not')
  must(printable(shown) === shown, 'printable text changes when it is made printable')
}

const fuzzyHash = /^\d{1,10}:[A-Za-z0-9+/]{0,64}:[A-Za-z0-9+/]{0,32}$/
let lastHash = ''

function checkSsdeep(payload: Uint8Array): void {
  const hash = getSsdeep(payload)
  must(fuzzyHash.test(hash), 'that is no fuzzy hash')
  must(compareSsdeep(hash, hash) === 100, 'a hash is unlike itself')
  const [there, back] = [compareSsdeep(hash, lastHash), compareSsdeep(lastHash, hash)]
  must(there === back, 'likeness depends on the order')
  must(there === null || (there >= 0 && there <= 100), 'likeness is beyond 0 to 100')
  compareSsdeep(Buffer.from(payload).toString('latin1'), hash)
  lastHash = hash
}

const word = Buffer.from('This program')
const xorSearch: XorSearch = {
  rule: 'xor',
  namespace: 'default',
  tags: [],
  meta: {},
  word,
  differences: word.subarray(1).map((byte, index) => byte ^ (word[index] ?? 0)),
}

function checkXorSearch(payload: Uint8Array): void {
  for (const { meta, strings } of searchXor(payload, [xorSearch])) {
    for (const { offset, length } of strings) {
      const found = payload.subarray(offset, offset + length).map(byte => byte ^ Number(meta['key']))
      must(word.equals(found), 'what is found is not the word')
    }
  }
}

async function checkMagic(payload: Uint8Array): Promise<void> {
  const type = (await loadMagic()).detect(payload)
  must(type !== null, 'a fault inside libmagic')
  must(/^[a-z]+\/[\w.+-]+$/.test(type ?? ''), `no type: ${type}`)
}

/** Both engines must take and refuse the same rules, and find the same with them. */
async function openYaraRules(): Promise<Call> {
  const engines = [await loadYaraEngine('wasm'), await loadYaraEngine('native').catch(() => null)]
  return payload => {
    const text = Buffer.from(payload).toString('utf8')
    const answers = engines.flatMap(engine => (engine ? [ask(engine, text)] : []))
    must(new Set(answers).size === 1, `the engines differ: ${answers.join(' and ')}`)
  }
}

const scanned = Buffer.from(
  'MZ This program cannot be run in DOS mode. %PDF-1.4 PK\x03\x04 <script>eval(unescape("%u9090"))',
)

function ask(engine: YaraEngine, text: string): string {
  const rules = engine.compile([{ name: 'fuzz', text }])
  try {
    const found = rules.scan(scanned).map(({ rule, strings }) => `${rule}(${strings.length})`)
    return rules.faults.length > 0 ? 'refused' : `found ${found.join()}`
  } finally {
    rules.close()
  }
}

/** The whole way of a payload: every document must be as the schema says. */
async function openScan(stoq: Parameters<Target['open']>[0]): Promise<Call> {
  const worker = await stoq.loadPlugin('yara', 'worker')
  const limits = { max_time: 3, max_plugin_time: 2, max_bytes: 2 ** 22, max_children: 50, max_recursion: 3 }
  Object.assign(worker, { dispatch: true, saveresults: false, reload: false, ...limits })
  const ajv = new Ajv2020()
  const isDocument = ajv.compile(documentSchema)
  return async (payload, { filename }) => {
    const documents = await worker.start(payload, { filename: String(filename) })
    must(documents.length > 0, 'there is no document')
    for (const document of documents)
      must(
        isDocument(JSON.parse(dumps(document))),
        `no proper document: ${ajv.errorsText(isDocument.errors)}`,
      )
  }
}
