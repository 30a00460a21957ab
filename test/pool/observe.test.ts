import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { samples, stoqOnTerminal } from '../e2e/stoq.ts'
import { everythingBelow, goodPayloads, hostileHome, payloadFolder, run } from './hostile.ts'

test('--stats writes calls, times, bytes, faults and kills of every plugin', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { ...goodPayloads(10), bad: 'throw', loop: 'spin' })
  const file = join(home, 'stats.json')
  await run(home, ['trouble', '-F', folder, '-C', 'stdout', '--max-plugin-time', '1', '--stats', file])
  const { totals, kills, plugins, seconds } = JSON.parse(readFileSync(file, 'utf8'))
  assert.equal(totals.ingested, 12)
  assert.equal(totals.ingested, totals.saved + totals.failed)
  assert.equal(kills, 1)
  assert.ok(seconds > 1)
  const { 'worker:trouble': trouble, ...others } = plugins
  assert.deepEqual(others, {})
  assert.equal(trouble.calls, 11, 'the call that was killed is none that came back')
  assert.equal(trouble.errors, 1)
  assert.deepEqual(trouble.kills, { max_plugin_time: 1 })
  assert.ok(trouble.p99_ms >= trouble.p50_ms && trouble.p50_ms > 0)
  assert.ok(trouble.bytes > 50)
})

test('statistics go where a link leads, and into what is no file: neither is replaced', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, goodPayloads(1))
  const link = join(home, 'link.json')
  writeFileSync(join(home, 'real.json'), '')
  symlinkSync('real.json', link)
  await run(home, ['trouble', '-F', folder, '--stats', link])
  assert.ok(lstatSync(link).isSymbolicLink())
  assert.equal(JSON.parse(readFileSync(link, 'utf8')).totals.saved, 1)
  const pipe = join(home, 'pipe')
  execFileSync('mkfifo', [pipe])
  const reader = promisify(execFile)('cat', [pipe])
  await run(home, ['trouble', '-F', folder, '--stats', pipe])
  assert.ok(lstatSync(pipe).isFIFO())
  assert.equal(JSON.parse((await reader).stdout).totals.saved, 1)
})

test('statistics that cannot be written are one line, and status 2', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, goodPayloads(1))
  const { status, stderr, documents } = await run(home, [
    'trouble',
    '-F',
    folder,
    '-L',
    'error',
    '--stats',
    '/none/x',
  ])
  assert.equal(status, 2)
  assert.equal(documents.size, 1)
  assert.match(stderr, /^stoq: cannot write \/none\/x: .*\n$/)
})

test('SIGUSR2 shows what is in flight, and stops nothing', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { ...goodPayloads(3), loop: 'spin' })
  const words = ['trouble', '-F', folder, '-C', 'stdout', '--max-plugin-time', '3', '--max-processes', '1']
  const { status, stderr, documents } = await run(home, words, {
    during: child => void setTimeout(() => child.kill('SIGUSR2'), 2000),
  })
  assert.equal(status, 0)
  assert.equal(documents.size, 4)
  assert.match(
    stderr,
    /stoq: 1 payload in flight\nstoq: \d+\.\d s worker:trouble on payload 0 of .*loop \(process \d+\)\n/,
  )
})

test('the terminal shows files, rates, payloads in flight, and the call that takes long', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { ...goodPayloads(3), loop: 'spin' })
  const { screen } = await stoqOnTerminal(['trouble', '-F', folder, '-C', 'file', '--max-plugin-time', '4'], {
    home,
  })
  assert.match(screen, /3 files, \d+\/s, 0\.0 MB\/s, 1 in flight/)
  assert.match(screen, /worker:trouble at loop for \d+ s/)
})

test('payloads that are archived come out of scan processes whole, and nothing is left of the way', async () => {
  const home = hostileHome()
  const { status, documents } = await run(home, [
    'yara',
    '-F',
    join(samples, 'targz.tgz'),
    '-D',
    '-A',
    'file',
  ])
  assert.equal(status, 0)
  const [document] = documents.values()
  const entries = (document?.results ?? []).filter(({ conn_id }) => conn_id)
  assert.ok(entries.length >= 4, `${entries.length} archived`)
  for (const { conn_id, size, ssdeep } of entries) {
    assert.equal(readFileSync(String(conn_id)).length, size)
    assert.ok(ssdeep)
  }
  assert.deepEqual(everythingBelow(join(home, 'temp')), [])
})
