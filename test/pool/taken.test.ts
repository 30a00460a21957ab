import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hostileHome, payloadFolder, type Run, run } from './hostile.ts'

interface Takeover {
  /** What is said to the process that started it. */
  say?: object[]
  /** What the record of calls begins with, in hexadecimal. */
  calls?: string
  deed?: 'exit' | 'spin'
}

/** Scans a payload that takes its scan process over, and then a good one. */
async function takeOver(takeover: Takeover, ...more: string[]): Promise<Run> {
  const folder = payloadFolder(hostileHome(), { 'a-bad': JSON.stringify(takeover), good: '{}' })
  const words = ['taken', '-F', folder, '-C', 'stdout', '--max-processes', '1', ...more]
  const outcome = await run(hostileHome(), words)
  assert.deepEqual(outcome.documents.get('good')?.results[0]?.scan, { taken: true }, outcome.stderr)
  return outcome
}

const done = { kind: 'done', id: 1, archive: [] }
const lies: Record<string, object> = {
  'a list of messages that holds a list': [[]],
  'a message that is a text': ['x'],
  'a message of an unknown kind': { kind: 'constructor' },
  'a failure that is no text': { kind: 'failed', id: 1, code: 'X', message: 5 },
  'rights that there are not': { kind: 'needs', id: 1, rights: ['bogus'] },
  'rights that are no list': { kind: 'needs', id: 1, rights: 5 },
  'rights that no plugin has': { kind: 'needs', id: 1, rights: ['addons', 'network', 'subprocess'] },
  'rights that it has': { kind: 'needs', id: 1, rights: [] },
  'documents that are none': { ...done, documents: [null] },
  'entries that are none': { ...done, documents: [{ results: [null], errors: [], truncated: [] }] },
  'a size that is text': { ...done, documents: [{ results: [{ size: '9' }], errors: [], truncated: [] }] },
  'statistics that are text': {
    kind: 'statistics',
    plugins: { 'worker:taken': { calls: '5', time: 1, bytes: 1, errors: 0, buckets: {} } },
  },
  'an entry of the archive that is a prototype': {
    ...done,
    documents: [{ results: [{}], errors: [], truncated: [] }],
    archive: [
      { payload_id: '__proto__', content: 'given', facts: { ssdeep: 'x', 'content-type': 'x', map: 1 } },
    ],
  },
}
for (const [name, message] of Object.entries(lies)) {
  test(`a process that was taken over tells of ${name}: it is ended, and its payload fails`, async () => {
    const { documents, stderr } = await takeOver({ say: [message] })
    assert.equal(documents.get('a-bad')?.errors[0]?.code, 'STOQ_POOL_DIED')
    assert.match(stderr, /2 ingested = 1 scanned \+ 0 refused \+ 1 failed/)
  })
}

test('a failure with a code that is none is a failure all the same', async () => {
  const { stderr } = await takeOver({ say: [{ kind: 'failed', id: 1, code: 'constructor', message: 'x' }] })
  assert.match(stderr, /2 ingested = 1 scanned \+ 0 refused \+ 1 failed/)
})

test('what it writes to the log and counts cannot reach the terminal, nor name what there is not', async () => {
  const stats = join(hostileHome(), 'stats.json')
  const plugins = { '\x1b[2J': { calls: 5, time: 1, bytes: 1, errors: 0, buckets: {} } }
  const { stderr } = await takeOver(
    {
      say: [
        { kind: 'log', level: 'info', name: 'x\n\x1b[31m', message: 'forged' },
        { kind: 'statistics', plugins },
      ],
    },
    '--stats',
    stats,
  )
  assert.match(stderr, /\] x\\x0a\\x1b\[31m: forged/)
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(stats, 'utf8')).plugins), ['worker:taken'])
})

for (const deed of ['exit', 'spin'] as const) {
  test(`a process that wipes the record of its calls does not get away with it (${deed})`, async () => {
    const { documents, stderr } = await takeOver({ calls: '00', deed }, '--max-plugin-time', '1')
    assert.equal(documents.get('a-bad')?.errors[0]?.code, 'STOQ_POOL_DIED')
    assert.match(stderr, /2 ingested = 1 scanned \+ 0 refused \+ 1 failed/)
  })
}
