import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openScratch } from 'stoq/testing'
import { homeOf } from '../../scripts/services/service.ts'
import { openReader, serverOptions, TestQueue } from './rabbitmq.ts'
import { service, serviceTest } from './service.ts'

const stoq = fileURLToPath(new URL('../../packages/stoq/bin/stoq.js', import.meta.url))
const samples = fileURLToPath(new URL('../../samples', import.meta.url))

/** The documents in the results folder of a home. */
function documentsIn(home: string, worker = 'yara') {
  const folder = join(home, 'results', worker)
  if (!existsSync(folder)) return []
  return readdirSync(folder).map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')))
}

/** A home whose stoq.cfg names the test server; documents go to files. */
function writeHome(home: string, options: Record<string, string> = {}): void {
  mkdirSync(home, { recursive: true })
  const plugin_options = { source: { rabbitmq: { ...serverOptions, ...options } } }
  const lines = [
    `plugin_options = ${JSON.stringify(plugin_options)}`,
    `source_base_tuple = ${samples}, ${home}`,
  ]
  writeFileSync(join(home, 'stoq.cfg'), ['[core]', ...lines, 'default_connector = file', ''].join('\n'))
}

/** The command, with its exit status and what it said. */
function run(home: string, ...args: string[]): Promise<{ status: number; said: string }> {
  const env = { ...process.env, STOQ_HOME: home }
  return new Promise(resolve => {
    execFile(process.execPath, [stoq, ...args], { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ status: error ? Number(error.code ?? 1) : 0, said: stdout + stderr }),
    )
  })
}

serviceTest('rabbitmq', 'what the publisher tells of, another stoQ scans and acknowledges', async () => {
  await using queue = await new TestQueue().open()
  await using scratch = openScratch()
  writeHome(scratch.home)
  const published = await run(scratch.home, 'publisher', '-F', samples, '-w', queue.name)
  assert.equal(published.status, 0, published.said)
  const files = readdirSync(samples).filter(name => !name.startsWith('.')).length
  assert.equal(await queue.waiting(queue.name, files), files)
  const scanned = await run(scratch.home, 'yara', '-I', 'rabbitmq', '-Q', queue.name, '-D')
  assert.equal(scanned.status, 0, scanned.said)
  assert.equal(documentsIn(scratch.home).length, files)
  assert.equal(await queue.waiting(queue.name, 0), 0)
})

serviceTest('rabbitmq', "a message is written as v1's, with its priority", async () => {
  await using queue = await new TestQueue().open()
  await using scratch = openScratch()
  writeHome(scratch.home)
  const path = join(samples, 'text_hello.txt')
  await run(scratch.home, 'publisher', '-F', path, '-w', queue.name, '-p', '7')
  const [{ message, ...properties } = assert.fail()] = await queue.drain()
  assert.deepEqual(Object.keys(message).sort(), ['archive', 'path', 'sha1', 'uuid'])
  assert.equal(message.path, path)
  const { contentType, contentEncoding, durable, priority } = properties
  assert.deepEqual(
    { contentType, contentEncoding, durable, priority },
    { contentType: 'text/plain', contentEncoding: 'utf-8', durable: true, priority: 7 },
  )
})

serviceTest('rabbitmq', 'the highest priority is scanned first', async () => {
  await using queue = await new TestQueue().open()
  const { scratch, worker } = await openReader(queue, { prefetch: '1' })
  await using _ = scratch
  const seen: unknown[] = []
  worker.scan = async (_payload, kwargs) => void seen.push(kwargs['priority'])
  for (const priority of [1, 9, 5]) await queue.put({ priority, payload: { base64: 'YQ==' } }, priority)
  await worker.run()
  assert.deepEqual(seen, [9, 5, 1])
})

serviceTest('rabbitmq', 'bytes in a message come whole', async () => {
  await using queue = await new TestQueue().open()
  const { scratch, worker } = await openReader(queue)
  await using _ = scratch
  const bytes = Buffer.from(Array.from({ length: 256 }, (_value, index) => index))
  const source = await worker.loadSource('rabbitmq')
  await source.publish?.({ payload: bytes, filename: 'all' }, queue.name)
  const seen: unknown[] = []
  worker.scan = async payload => void seen.push(Buffer.from(payload ?? []))
  await worker.run()
  assert.deepEqual(seen, [bytes])
})

serviceTest(
  'rabbitmq',
  'what is no message goes to the error queue with its reason, the next one is scanned',
  async () => {
    await using queue = await new TestQueue().open()
    const { scratch, worker } = await openReader(queue)
    await using _ = scratch
    const bad = [
      'no json',
      '[]',
      '{"path": 7}',
      '{"archive": "nosuch", "path": "/x"}',
      '{"path": "/etc/passwd", "archive": "file"}',
    ]
    for (const body of bad) await queue.put(body)
    await queue.put({ payload: { base64: 'YQ==' } })
    const run = await worker.run()
    assert.equal(run.totals.saved, 1)
    const reasons = (await queue.drain(queue.errors)).map(({ message }) => message.err).sort()
    assert.equal(reasons.length, bad.length)
    assert.match(reasons.join('\n'), /it is not JSON/)
    assert.match(reasons.join('\n'), /must be a JSON object/)
    assert.match(reasons.join('\n'), /path must be text/)
    assert.match(reasons.join('\n'), /nosuch/)
    assert.match(reasons.join('\n'), /outside the allowed paths/)
  },
)

serviceTest('rabbitmq', 'the error queue is read again with --errors', async () => {
  await using queue = await new TestQueue().open()
  const { scratch, worker } = await openReader(queue)
  await using _ = scratch
  await queue.put({ path: join(scratch.home, 'later'), archive: 'file' })
  await worker.run()
  assert.equal(await queue.waiting(queue.errors, 1), 1)
  const again = await openReader(queue, {}, { source_base_tuple: [scratch.home] })
  await using __ = again.scratch
  writeFileSync(join(scratch.home, 'later'), 'here now')
  again.worker.error_queue = true
  const { totals } = await again.worker.run()
  assert.deepEqual([totals.saved, await queue.waiting(queue.errors, 0)], [1, 0])
})

serviceTest(
  'rabbitmq',
  'a consumer that dies hands its messages back; delivered too often, one goes to the error queue',
  async () => {
    await using queue = await new TestQueue().open()
    await using scratch = openScratch()
    writeHome(scratch.home, { max_deliveries: '2', stop_when_idle: '0' })
    // The archive of the message never answers: its scan comes to no end.
    const plugins = fileURLToPath(new URL('../fixtures/services', import.meta.url))
    const config = join(scratch.home, 'stoq.cfg')
    writeFileSync(config, `${readFileSync(config, 'utf8')}plugin_dir_list = ${plugins}\n`)
    await queue.put({ archive: 'never', ticket: 1 })
    for (let delivery = 1; delivery <= 3; delivery++) {
      const args = [stoq, 'yara', '-I', 'rabbitmq', '-Q', queue.name]
      const child = spawn(process.execPath, args, {
        env: { ...process.env, STOQ_HOME: scratch.home },
        stdio: 'ignore',
      })
      try {
        if (delivery < 3) await untilExists(join(scratch.home, `asked-${delivery}`))
        else assert.equal(await queue.waiting(queue.errors, 1), 1)
      } finally {
        child.kill('SIGKILL')
      }
      await sleep(300)
    }
    const [failed] = await queue.drain(queue.errors)
    assert.match(failed?.message.err, /delivered 2 times/)
    assert.equal(failed?.message.ticket, 1)
  },
)

async function untilExists(path: string): Promise<void> {
  for (let tries = 0; tries < 200 && !existsSync(path); tries++) await sleep(50)
  assert.ok(existsSync(path), path)
}

serviceTest('rabbitmq', 'documents go to <worker>-results, not to the queue that is read', async () => {
  await using queue = await new TestQueue().open()
  const { scratch, worker } = await openReader(queue)
  await using _ = scratch
  worker.output_connector = 'queue'
  await queue.rabbit.queueDelete('yara-results')
  await queue.put({ payload: { base64: 'YQ==' }, filename: 'a' })
  const { totals } = await worker.run()
  assert.equal(totals.saved, 1)
  const [found] = await queue.drain('yara-results')
  assert.equal(found?.message.results[0].filename, 'a')
})

serviceTest(
  'rabbitmq',
  'a queue that is deleted under a publisher is declared again, the message is not lost',
  async () => {
    await using queue = await new TestQueue().open()
    const { scratch, worker } = await openReader(queue)
    await using _ = scratch
    const source = await worker.loadSource('rabbitmq')
    await source.publish?.({ path: '/a' }, queue.name)
    await queue.rabbit.queueDelete(queue.name)
    await source.publish?.({ path: '/b' }, queue.name)
    assert.deepEqual(
      (await queue.drain()).map(({ message }) => message.path),
      ['/b'],
    )
  },
)

serviceTest('rabbitmq', 'TLS: a server whose authority is known is trusted, another is not', async () => {
  await using queue = await new TestQueue().open()
  await using scratch = openScratch()
  const tls = {
    host: 'localhost',
    port: new URL(service('rabbitmq').urls['amqps'] ?? '').port,
    use_ssl: 'True',
  }
  writeHome(scratch.home, tls)
  const args = ['yara', '-I', 'rabbitmq', '-Q', queue.name]
  const distrusted = await run(scratch.home, ...args)
  assert.deepEqual([distrusted.status, /self-signed certificate/.test(distrusted.said)], [1, true])
  await queue.put({ payload: { base64: 'YQ==' } })
  writeHome(scratch.home, { ...tls, ca_certs: join(homeOf(service('rabbitmq')), 'tls/ca.pem') })
  const { status, said } = await run(scratch.home, ...args)
  assert.equal(status, 0, said)
  assert.equal(documentsIn(scratch.home).length, 1)
})

const faults: [string, Record<string, string>, RegExp][] = [
  ['a wrong password', { password: 'geheim-17' }, /127\.0\.0\.1:\d+: user guest or its password is refused/],
  ['a wrong port', { port: '5', retries: '1' }, /no connection to 127\.0\.0\.1:5: nobody listens there/],
  ['TLS at a port without', { use_ssl: 'True' }, /127\.0\.0\.1:\d+: no TLS is spoken there/],
  [
    'a wrong host',
    { host: 'nosuch.invalid', retries: '1' },
    /nosuch\.invalid:\d+: (there is no such host|the name)/,
  ],
  ['a wrong virtual host', { virtual_host: 'nosuch' }, /virtual host nosuch/],
]
for (const [what, options, reason] of faults) {
  serviceTest('rabbitmq', `${what} is one clear line and exit status 1`, async () => {
    await using scratch = openScratch()
    writeHome(scratch.home, options)
    const { status, said } = await run(scratch.home, 'yara', '-I', 'rabbitmq', '-L', 'error')
    assert.equal(status, 1, said)
    assert.match(said, reason)
    assert.equal(said.trim().split('\n').length, 1, said)
    assert.doesNotMatch(said, /geheim-17/)
  })
}

serviceTest('rabbitmq', 'a queue declared elsewhere with other arguments is one clear line', async () => {
  await using queue = await new TestQueue().open()
  await queue.rabbit.queueDelete(queue.name)
  await queue.rabbit.queueDeclare({ queue: queue.name, durable: false })
  await using scratch = openScratch()
  writeHome(scratch.home)
  const { status, said } = await run(scratch.home, 'yara', '-I', 'rabbitmq', '-Q', queue.name, '-L', 'error')
  assert.equal(status, 1, said)
  assert.match(said, /queue test-\S+ is there with other arguments than ours/)
  assert.equal(said.trim().split('\n').length, 1, said)
})

test('stoq list neither connects nor tells of credentials', async () => {
  await using scratch = openScratch()
  writeHome(scratch.home, { password: 'geheim-17', port: '5' })
  const { status, said } = await run(scratch.home, 'list')
  assert.equal(status, 0)
  assert.doesNotMatch(said, /geheim-17/)
})

serviceTest(
  'rabbitmq',
  'doctor finds the server, and tells of a wrong password without showing it',
  async () => {
    await using scratch = openScratch()
    writeHome(scratch.home)
    const well = await run(scratch.home, 'doctor', 'rabbitmq', 'queue', 'publisher')
    assert.equal(well.status, 0, well.said)
    assert.match(well.said, /^3 ok, 0 notes, 0 warnings, 0 broken$/m)
    writeHome(scratch.home, { password: 'not-the-password' })
    const ill = await run(scratch.home, 'doctor', 'rabbitmq')
    assert.equal(ill.status, 1)
    assert.match(ill.said, /^broken +source:rabbitmq .*user guest or its password is refused/m)
    assert.ok(!ill.said.includes('not-the-password'))
  },
)
