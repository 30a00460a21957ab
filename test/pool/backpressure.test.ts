import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { bin, cleanEnvironment } from '../e2e/stoq.ts'
import { goodPayloads, hostileHome, payloadFolder, run } from './hostile.ts'

function options(given: Record<string, Record<string, Record<string, unknown>>>): string {
  return `plugin_options = ${JSON.stringify(given)}`
}

test('a connector that is slow holds the source back: memory stays flat', async () => {
  const flood = { count: 800, size: 2 ** 20 }
  const home = hostileHome(options({ source: { flood }, connector: { slow: { milliseconds: 10 } } }))
  const { status, stderr } = await run(home, ['trouble', '-I', 'flood', '-C', 'slow', '--max-processes', '2'])
  assert.equal(status, 0, stderr)
  const memory = readFileSync(join(home, 'memory'), 'utf8').trim().split('\n').map(Number)
  assert.equal(memory.length, 800)
  const highest = Math.max(...memory)
  assert.ok(highest < 450 * 2 ** 20, `${highest} bytes: 800 MB of payloads were not held`)
  const early = Math.max(...memory.slice(0, 400))
  const late = Math.max(...memory.slice(400))
  assert.ok(late < early * 1.1, `${early} bytes in the first half, ${late} in the second`)
})

test('while a connector is down payloads fail and go to the error queue; none is lost', async () => {
  const home = hostileHome(options({ connector: { flaky: { failures: 25 } } }))
  const queue = join(home, 'spool')
  mkdirSync(queue)
  for (let number = 0; number < 100; number++) writeFileSync(join(queue, `m${number}`), `good ${number}`)
  const { status, stderr } = await run(home, ['trouble', '-I', 'spool', '-C', 'flaky'])
  assert.equal(status, 1)
  assert.match(stderr, /100 ingested = 75 scanned \+ 0 refused \+ 25 failed/)
  const saved = readFileSync(join(home, 'saved'), 'utf8').trim().split('\n')
  const errors = readdirSync(join(home, 'trouble-errors'))
  assert.equal(new Set([...saved, ...errors]).size, 100)
  assert.deepEqual(readdirSync(queue), [])
  assert.match(readFileSync(join(home, 'trouble-errors', errors[0] ?? ''), 'utf8'), /the store is down/)
})

test('a payload that ends scan processes goes to the error queue, with the reason', async () => {
  const home = hostileHome()
  const queue = join(home, 'spool')
  mkdirSync(queue)
  writeFileSync(join(queue, 'good'), 'good')
  writeFileSync(join(queue, 'bad'), 'exit')
  const { status, documents } = await run(home, ['trouble', '-I', 'spool', '-C', 'stdout'])
  assert.equal(status, 1)
  assert.equal(documents.size, 2)
  assert.deepEqual(readdirSync(join(home, 'trouble-errors')), ['bad'])
  assert.match(readFileSync(join(home, 'trouble-errors/bad'), 'utf8'), /ended with status 3/)
  assert.deepEqual(readdirSync(queue), [])
})

test('on a full disk every payload is accounted for, no file is half written, and the status tells', () => {
  const home = hostileHome()
  const disk = join(home, 'disk')
  mkdirSync(disk)
  const folder = payloadFolder(home, goodPayloads(300))
  const scan = `${process.execPath} ${bin} trouble -F ${folder} -C file -O ${disk}/out`
  // The disk is only there for this script: what is on it is looked at in the end.
  const look = `cp -r ${disk}/out ${home}/seen`
  const script = `mount -t tmpfs -o size=256k tmpfs ${disk} && { ${scan}; status=$?; ${look}; exit $status; }`
  const isRoot = process.getuid?.() === 0
  const flags = ['--mount', ...(isRoot ? [] : ['--user', '--map-root-user'])]
  const { status, stderr } = spawnSync('unshare', [...flags, 'sh', '-c', script], {
    encoding: 'utf8',
    env: cleanEnvironment(home),
  })
  assert.equal(status, 1, stderr)
  const [, scanned, failed] = /300 ingested = (\d+) scanned \+ 0 refused \+ (\d+) failed/.exec(stderr) ?? []
  assert.ok(Number(scanned) > 0 && Number(failed) > 0, stderr.slice(-500))
  const seen = readdirSync(join(home, 'seen/trouble'))
  assert.equal(seen.length, Number(scanned))
  for (const file of seen) JSON.parse(readFileSync(join(home, 'seen/trouble', file), 'utf8'))
})
