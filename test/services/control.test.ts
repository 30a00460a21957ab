import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from '../../scripts/services/service.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-control-'))
process.env['STOQ_SERVICES'] = folder
const { down, pidOf, revive, start, stateOf, stop } = await import('../../scripts/services/control.ts')

/** Listens, and ends at once where it cannot. */
const server = `
  console.log('listening')
  require('node:net').createServer().listen(${await freePort()}, '127.0.0.1')
`
const port = Number(/listen\((\d+)/.exec(server)?.[1])
const service: Service = {
  name: 'listener',
  about: 'a process that listens',
  urls: {},
  missing: () => null,
  install: () => {},
  program: home => ({ command: process.execPath, args: ['-e', server, home] }),
  isReady: async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket.destroy().destroyed
  },
}
const pidFile = join(folder, service.name, 'pid')

afterEach(() => down(service))
after(() => rmSync(folder, { recursive: true }))

test('a service is started, told to run, and stopped', async () => {
  await start(service)
  assert.equal(await stateOf(service), 'running')
  await down(service)
  assert.equal(await stateOf(service), 'stopped')
})

test('another server at the address of a service is not taken for it', async context => {
  const other = createServer().listen(port, '127.0.0.1')
  context.after(() => other.close())
  await once(other, 'listening')
  await assert.rejects(start(service), /another server answers at its address.*STOQ_SERVICES_SHIFT/)
  assert.equal(pidOf(service), null)
})

test('a service that dies at once is told with what it said', async () => {
  const program = () => ({ command: process.execPath, args: ['-e', 'throw Error("no disk")'] })
  await assert.rejects(start({ ...service, program }), /listener does not come up; .*no disk/s)
})

test('one that a test has stopped and not started again is started with its data; one that was ended is not', async () => {
  assert.equal(await revive(service), null)
  await start(service)
  assert.equal(await revive(service), null)
  await stop(service, 'SIGKILL')
  assert.match((await revive(service)) ?? '', /listening/)
  assert.equal(await stateOf(service), 'running')
  await down(service)
  assert.equal(await revive(service), null)
  assert.equal(await stateOf(service), 'stopped')
})

test("a number that is another program's by now is nobody's, and that program is left alone", async context => {
  const other = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  context.after(() => other.kill())
  pretend(other.pid)
  assert.equal(pidOf(service), null)
  await down(service)
  assert.equal(other.exitCode ?? other.signalCode, null)
})

test('what has ended does not run, even where its parent never notices', async context => {
  const parent = spawn('sh', ['-c', 'setsid sleep 1 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  context.after(() => parent.kill())
  const [text] = await once(parent.stdout, 'data')
  const pid = Number(text)
  for (let tries = 0; tries < 100 && !isZombie(pid); tries++) await sleep(20)
  pretend(pid)
  assert.equal(process.kill(-pid, 0), true)
  assert.equal(pidOf(service), null)
})

function isZombie(pid: number): boolean {
  return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
}

function pretend(pid: number | undefined): void {
  mkdirSync(join(folder, service.name), { recursive: true })
  writeFileSync(pidFile, String(pid))
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  return port
}
