import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { hostileHome, payloadFolder, run } from './hostile.ts'

/** Processes that run this command line, over the whole system. */
function running(word: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => commandLine(pid).includes(word))
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
  } catch {
    // It has just ended.
    return ''
  }
}

test('a worker that asks for programs may start them', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { echo: 'echo hello; exit 3' })
  const { documents, stderr } = await run(home, ['program', '-F', folder])
  assert.deepEqual(documents.get('echo')?.results[0]?.scan, { status: 3, output: 'hello\n' }, stderr)
})

test('a program that takes too long is killed with what it has started', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { long: 'sleep 987.1 & sh -c "sleep 987.2 & wait"; wait' })
  const { documents } = await run(home, ['program', '-F', folder, '--max-plugin-time', '1'])
  const { truncated, errors } = documents.get('long') ?? {}
  assert.equal((truncated ?? []).length + (errors ?? []).length, 1)
  assert.deepEqual(running('sleep 987.'), [])
})

test('programs end with the scan process that started them, and cannot keep its payload', async () => {
  const home = hostileHome()
  const script = 'kill -9 $PPID; sleep 987.5'
  const setsid = 'setsid sh -c "exec sleep 987.6" & sleep 0.2; kill -9 $PPID; wait'
  const folder = payloadFolder(home, { left: script, escaped: setsid })
  const { documents, status } = await run(home, ['program', '-F', folder, '--max-processes', '1'])
  assert.equal(status, 1)
  for (const name of ['left', 'escaped'])
    assert.equal(documents.get(name)?.errors[0]?.code, 'STOQ_POOL_DIED', name)
  assert.deepEqual(running('sleep 987.5'), [])
  for (const pid of running('sleep 987.6')) process.kill(Number(pid), 'SIGKILL')
})

test('a program that writes without end is stopped at the bytes that are left', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { yes: 'yes stoq-flood' })
  const { documents } = await run(home, ['program', '-F', folder, '--max-bytes', '1000000'])
  assert.match(String(documents.get('yes')?.errors[0]?.message), /wrote more than 1000000 bytes/)
  assert.deepEqual(running('yes stoq-flood'), [])
})

test('a program counts for the memory of its scan process', async () => {
  const home = hostileHome()
  const script = `exec ${process.execPath} -e "for (const kept = [];;) kept.push(Buffer.alloc(8e6, 1))"`
  const folder = payloadFolder(home, { greedy: script })
  const { documents } = await run(home, ['program', '-F', folder, '--max-memory', String(500 * 2 ** 20)])
  assert.deepEqual(documents.get('greedy')?.truncated, [
    { limit: 'max_memory', payload_id: 0, detail: 'worker:program was stopped' },
  ])
})

test('a worker with isolate = False runs in the process of stoQ, and may hand payloads on', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { one: 'good' })
  const { documents, stderr } = await run(home, ['relay', '-F', folder])
  const scan = documents.get('one')?.results[0]?.scan as { relayed: unknown }
  assert.deepEqual(scan?.relayed, { good: true }, stderr)
})

test('a worker with isolate = False that hands nothing on has no scan process beside it', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { one: 'alone' })
  const { documents, stderr } = await run(home, ['relay', '-F', folder])
  assert.deepEqual(documents.get('one')?.results[0]?.scan, { scanProcesses: 0 }, stderr)
})
