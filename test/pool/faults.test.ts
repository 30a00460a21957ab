import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ResultDocument } from 'stoq'
import { everythingBelow, goodPayloads, hostileHome, payloadFolder, type Run, run } from './hostile.ts'

const flags = ['-C', 'stdout', '--max-processes', '2']

/** Scans one troublemaker among payloads that nothing is wrong with. */
async function scanAmongGood(
  word: string,
  ...more: string[]
): Promise<Run & { home: string; bad: ResultDocument }> {
  const home = hostileHome()
  const folder = payloadFolder(home, { ...goodPayloads(20), bad: `${word} now` })
  const outcome = await run(home, ['trouble', '-F', folder, ...flags, ...more])
  const good = [...outcome.documents.values()].filter(({ results }) => isGood(results[0]?.scan))
  assert.equal(good.length, 20, `good payloads are unaffected\n${outcome.stderr}`)
  const bad = outcome.documents.get('bad')
  assert.ok(bad, `the bad payload has a document\n${outcome.stderr}`)
  assert.deepEqual(everythingBelow(join(home, 'temp')), [], 'nothing is left behind')
  return { ...outcome, home, bad }
}

test('messages that cannot be handed over fail, one with a path and one with bytes; the others are scanned', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, goodPayloads(1))
  const { stderr } = await run(home, ['trouble', '-I', 'odd', '-F', folder, ...flags])
  assert.match(stderr, /20 ingested = 18 scanned \+ 0 refused \+ 2 failed/)
  assert.match(stderr, /bad message: it cannot be handed to a scan process/)
})

function isGood(scan: unknown): boolean {
  return typeof scan === 'object' && scan !== null && 'good' in scan
}

function quarantined(home: string): { bytes: string; note: { reason: string; name: string } } {
  const folder = join(home, 'quarantine')
  const [name = ''] = readdirSync(folder).filter(file => !file.endsWith('.json'))
  return {
    bytes: readFileSync(join(folder, name), 'utf8'),
    note: JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')),
  }
}

for (const [word, how] of [
  ['exit', /ended with status 3/],
  ['abort', /ended by SIGABRT/],
  ['callback', /ended with status 1/],
] as const) {
  test(`a payload whose plugin ends the process (${word}) is tried twice, then reported as poisonous`, async () => {
    const { bad, home, status, stderr } = await scanAmongGood(word)
    assert.equal(status, 1)
    assert.equal(bad.errors.length, 1)
    const [error] = bad.errors
    assert.equal(error?.code, 'STOQ_POOL_DIED')
    assert.equal(error?.plugin, 'worker:trouble')
    assert.match(String(error?.message), how)
    assert.equal(quarantined(home).bytes, `${word} now`)
    assert.match(quarantined(home).note.reason, how)
    assert.match(stderr, /21 ingested = 20 scanned \+ 0 refused \+ 1 failed/)
  })
}

test('a plugin that blocks is stopped by the watchdog, and the document says so', async () => {
  const { bad, home, stderr } = await scanAmongGood('spin', '--max-plugin-time', '1')
  assert.deepEqual(bad.truncated, [
    { limit: 'max_plugin_time', payload_id: 0, detail: 'worker:trouble was stopped' },
  ])
  assert.ok(bad.results[0]?.sha256, 'what was found stands')
  assert.ok(!existsSync(join(home, 'quarantine')), 'one death is no poison')
  assert.match(stderr, /21 ingested = 21 scanned/)
})

test('a promise that never settles is given up, and costs no process', async () => {
  const { bad, stderr } = await scanAmongGood('never', '--max-plugin-time', '1')
  assert.deepEqual(bad.truncated, [
    { limit: 'max_plugin_time', payload_id: 0, detail: 'worker:trouble was stopped' },
  ])
  assert.doesNotMatch(stderr, /scan process \d+: it was ended/)
})

for (const word of ['memory', 'heap']) {
  test(`a plugin that allocates without end (${word}) is stopped at max_memory`, async () => {
    const { bad } = await scanAmongGood(word, '--max-memory', String(400 * 2 ** 20))
    const told = [...bad.truncated.map(({ limit }) => limit), ...bad.errors.map(({ message }) => message)]
    assert.equal(told.length, 1)
    assert.match(String(told[0]), /max_memory|heap/)
  })
}

test('a plugin that throws is an error of its document', async () => {
  const { bad, stderr } = await scanAmongGood('throw')
  assert.deepEqual(bad.errors, [
    { plugin: 'worker:trouble', code: 'STOQ_PLUGIN_FAILED', message: 'thrown', payload_id: 0 },
  ])
  assert.doesNotMatch(stderr, /scan process \d+: it/)
})

test('a promise that is rejected when nobody looks is logged, told in the exit status, and ends nothing', async () => {
  const { bad, status, stderr } = await scanAmongGood('late')
  assert.deepEqual(bad.errors, [])
  assert.equal(status, 1)
  assert.match(stderr, /a plugin left a failure behind: rejected late/)
})

test('a plugin that writes to standard output forges no document: it is logged', async () => {
  const { bad, documents, stderr } = await scanAmongGood('stdout')
  assert.deepEqual(bad.results[0]?.scan, { wrote: true })
  assert.equal(documents.size, 21)
  assert.match(stderr, /scan process \d+ wrote: \{"forged":true\}/)
})

test('a plugin that writes into the channel ends its process, not the run', async () => {
  const { bad } = await scanAmongGood('channel')
  assert.equal(bad.errors[0]?.code, 'STOQ_POOL_DIED')
})

for (const word of ['garbage', 'circle']) {
  test(`a plugin that returns what is no JSON (${word}) has a document all the same`, async () => {
    const { bad } = await scanAmongGood(word)
    assert.deepEqual(bad.errors, [])
    assert.notEqual(bad.results[0]?.scan, null)
  })
}

test('what a plugin leaves in its folder is gone before the next payload', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { 'a-litter': 'litter', ...goodPayloads(3) })
  const { status, documents } = await run(home, [
    'trouble',
    '-F',
    folder,
    '-C',
    'stdout',
    '--max-processes',
    '1',
  ])
  assert.equal(status, 0)
  assert.deepEqual(documents.get('a-litter')?.results[0]?.scan, { littered: true })
  assert.deepEqual(everythingBelow(join(home, 'temp')), [])
})

test('payloads that wait for something are in flight together in one process', async () => {
  const home = hostileHome()
  const names = Array.from({ length: 40 }, (_, index) => [`wait-${index}`, `wait ${index}`])
  const folder = payloadFolder(home, Object.fromEntries(names))
  const { documents } = await run(home, ['trouble', '-F', folder, '-C', 'stdout', '--max-processes', '1'])
  assert.equal(documents.size, 40)
  const ends = [...documents.values()].map(({ date }) => Date.parse(date)).sort((a, b) => a - b)
  // Each waits for 50 ms: one after the other the last would come 2 s after the first.
  assert.ok((ends.at(-1) ?? 0) - (ends[0] ?? 0) < 1500)
})
