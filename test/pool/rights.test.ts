import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { scratchFolder } from '../e2e/stoq.ts'
import { hostileHome, payloadFolder, run } from './hostile.ts'

const server = createServer(socket => socket.destroy())
let port = 0

before(async () => {
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
})
after(() => server.close())

test('a scan process may write to its own folder and do nothing else that is tried', async () => {
  const home = hostileHome('[secrets]\nmongodb_password = hunter2')
  const connector = join(home, 'plugins/connector/secretive')
  mkdirSync(connector, { recursive: true })
  writeFileSync(
    join(connector, 'secretive.stoq'),
    '[Core]\nName = secretive\nModule = secretive\n[options]\npassword = hunter2\n',
  )
  writeFileSync(join(connector, 'secretive.js'), '')
  mkdirSync(join(home, 'out'))
  const folder = payloadFolder(scratchFolder(), { attempt: JSON.stringify({ home, port }) })
  const { documents, stderr } = await run(home, [
    'forbidden',
    '-F',
    folder,
    '-C',
    'stdout',
    '-O',
    join(home, 'out'),
  ])
  const scan = documents.get('attempt')?.results[0]?.scan as {
    outcome: Record<string, string>
    environment: string[]
  }
  assert.ok(scan, stderr)
  const { 'write to its own folder': own, ...forbidden } = scan.outcome
  assert.equal(own, 'done')
  for (const [attempt, code] of Object.entries(forbidden)) assert.equal(code, 'ERR_ACCESS_DENIED', attempt)
  const harmless = ['HOME', 'LANG', 'LC_ALL', 'PATH', 'STOQ_COMPILE_CACHE', 'TMPDIR', 'TZ']
  assert.deepEqual(
    scan.environment.filter(name => !harmless.includes(name)),
    [],
  )
  assert.ok(!existsSync(join(home, 'written')) && !existsSync('/tmp/stoq-forbidden'))
})

test('a worker that asks for the network gets the network and nothing else', async () => {
  const folder = payloadFolder(scratchFolder(), { online: `port ${port}` })
  const { documents, stderr } = await run(hostileHome(), ['online', '-F', folder])
  assert.deepEqual(documents.get('online')?.errors, [], stderr)
  const { connected, program } = (documents.get('online')?.results[0]?.scan ?? {}) as Record<string, unknown>
  assert.equal(connected, true)
  assert.equal(program, 'ERR_ACCESS_DENIED')
})

test('a payload that a rule sends to such a worker goes to another process, the others stay where they are', async () => {
  const home = hostileHome(`dispatch_rules = online.yar`)
  writeFileSync(
    join(home, 'online.yar'),
    'rule online { meta: plugin = "worker:online" strings: $p = "port" condition: $p }',
  )
  const folder = payloadFolder(scratchFolder(), { plain: 'good', online: `good port ${port}` })
  const { documents, stderr } = await run(home, ['trouble', '-F', folder, '-D', '-C', 'stdout'])
  assert.deepEqual(documents.get('plain')?.results[0]?.workers, undefined)
  const { online } = (documents.get('online')?.results[0]?.workers ?? {}) as Record<
    string,
    { connected: boolean }
  >
  assert.equal(online?.connected, true, stderr)
})

test('needs_list with a word that is no right is a mistake of the .stoq file', async () => {
  const home = hostileHome()
  const folder = join(home, 'plugins/worker/wishful')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'wishful.stoq'),
    '[Core]\nName = wishful\nModule = wishful\n[options]\nneeds_list = world\n',
  )
  writeFileSync(join(folder, 'wishful.js'), '')
  const { status, stderr } = await run(home, ['wishful', '-F', folder])
  assert.equal(status, 2)
  assert.match(
    stderr,
    /worker:wishful: option 'needs_list' in .*wishful\.stoq must be of subprocess, network, threads, addons, got 'world'/,
  )
})

test('a payload for plugins with different rights goes to a process that has them all', async () => {
  const home = hostileHome(`dispatch_rules = both.yar`)
  const rule = 'rule both { meta: plugin = "worker:program, worker:online" condition: true }'
  writeFileSync(join(home, 'both.yar'), rule)
  const folder = payloadFolder(scratchFolder(), { both: `echo port ${port}` })
  const { documents, stderr } = await run(home, ['trouble', '-F', folder, '-D', '-C', 'stdout'])
  const { program, online } = (documents.get('both')?.results[0]?.workers ?? {}) as Record<string, object>
  assert.deepEqual(program, { status: 0, output: `port ${port}\n` }, stderr)
  assert.partialDeepStrictEqual(online, { connected: true })
})
