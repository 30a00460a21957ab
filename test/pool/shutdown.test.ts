import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bin, cleanEnvironment } from '../e2e/stoq.ts'
import { everythingBelow, hostileHome, payloadFolder, run } from './hostile.ts'
import { childrenOf, isRunning, waitUntil } from './processes.ts'

/** Starts stoq and waits until it has scan processes that are at work. */
async function startScan(
  home: string,
  words: string[],
): Promise<{ child: ChildProcess; processes: number[] }> {
  const child = spawn(process.execPath, [bin, ...words], {
    env: cleanEnvironment(home),
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  await waitUntil(() => childrenOf(child.pid).length > 0)
  await sleep(600)
  return { child, processes: childrenOf(child.pid) }
}

async function allGone(processes: readonly number[]): Promise<void> {
  await waitUntil(() => !processes.some(isRunning))
}

for (const word of ['spin', 'wait']) {
  test(`no scan process outlives a stoQ that is killed, not even one that cannot notice (${word})`, async () => {
    const home = hostileHome()
    const names = Array.from({ length: 400 }, (_, index) => [`p${index}`, `${word} ${index}`])
    const folder = payloadFolder(home, Object.fromEntries(names))
    const { child, processes } = await startScan(home, ['trouble', '-F', folder, '-C', 'stdout'])
    assert.ok(processes.length >= 2, 'scan processes and who looks after them')
    child.kill('SIGKILL')
    await allGone(processes)
  })
}

test('Ctrl-C while a single payload blocks its process: status 130 within 5 seconds, nothing left', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { bad: 'spin' })
  const { child, processes } = await startScan(home, ['trouble', '-F', join(folder, 'bad'), '-C', 'stdout'])
  const start = performance.now()
  child.kill('SIGINT')
  const status = await new Promise(resolve => child.on('exit', resolve))
  assert.equal(status, 130)
  assert.ok(performance.now() - start < 5000)
  await allGone(processes)
  assert.deepEqual(everythingBelow(join(home, 'temp')), [])
})

test('the second Ctrl-C leaves at once, and takes the scan processes along', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { bad: 'spin' })
  const { child, processes } = await startScan(home, ['trouble', '-F', folder, '-C', 'stdout'])
  const start = performance.now()
  child.kill('SIGINT')
  setTimeout(() => child.kill('SIGINT'), 200)
  const status = await new Promise(resolve => child.on('exit', resolve))
  assert.equal(status, 130)
  assert.ok(performance.now() - start < 2000)
  await allGone(processes)
})

test('after kill -9 a queue still holds everything that was not saved, and the next run saves it', async () => {
  const home = hostileHome()
  const queue = join(home, 'spool')
  mkdirSync(queue)
  for (let number = 0; number < 300; number++) writeFileSync(join(queue, `m${number}`), `wait ${number}`)
  const words = ['trouble', '-I', 'spool', '-C', 'file', '--max-processes', '2']
  const { child, processes } = await startScan(home, words)
  const results = join(home, 'results/trouble')
  await waitUntil(() => everythingBelow(home).some(name => name.startsWith('results/trouble/')))
  child.kill('SIGKILL')
  await allGone(processes)
  const saved = new Set(
    readdirSync(results)
      .filter(name => !name.startsWith('.'))
      .map(nameIn),
  )
  const left = readdirSync(queue)
  for (let number = 0; number < 300; number++)
    assert.ok(saved.has(`m${number}`) || left.includes(`m${number}`), `m${number} is lost`)
  assert.ok(left.length > 0, 'it was killed before the end')
  const { status } = await run(home, words)
  assert.equal(status, 0)
  assert.deepEqual(readdirSync(queue), [])
  const all = new Set(
    readdirSync(results)
      .filter(name => !name.startsWith('.'))
      .map(nameIn),
  )
  assert.equal(all.size, 300)
  assert.deepEqual(everythingBelow(join(home, 'temp')), [], 'what the dead one has left is swept')

  function nameIn(file: string): string {
    return JSON.parse(readFileSync(join(results, file), 'utf8')).results[0].filename
  }
})

test('kill -9 of scan processes at random during 10,000 payloads loses none', {
  timeout: 120_000,
}, async () => {
  const home = hostileHome('plugin_options = {"source": {"flood": {"count": 10000, "size": 60000}}}')
  let kills = 0
  const { documents, stderr } = await run(
    home,
    ['trouble', '-I', 'flood', '-C', 'stdout', '--max-processes', '2'],
    {
      during: child => {
        const timer = setInterval(() => {
          const processes = childrenOf(child.pid).filter(pid => nameOf(pid).startsWith('stoq-scan'))
          const pid = processes[Math.floor(Math.random() * processes.length)]
          if (pid) process.kill(pid, 'SIGKILL')
          if (pid) kills++
        }, 250)
        child.on('exit', () => clearInterval(timer))
      },
    },
  )
  assert.ok(kills > 2, `${kills} kills`)
  assert.equal(documents.size, 10_000, stderr.slice(-2000))
  const [, scanned, failed] = /10000 ingested = (\d+) scanned \+ 0 refused \+ (\d+) failed/.exec(stderr) ?? []
  assert.equal(Number(scanned) + Number(failed), 10_000)
  const good = [...documents.values()].filter(({ errors }) => errors.length === 0)
  assert.ok(good.length >= Number(scanned))
})

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    // It has just ended.
    return ''
  }
}

test('scan processes that do not come up end the run with one line and status 2', async () => {
  const home = hostileHome()
  const folder = join(home, 'plugins/worker/unborn')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'unborn.stoq'), '[Core]\nName = unborn\nModule = unborn\n')
  writeFileSync(
    join(folder, 'unborn.js'),
    `import { StoqWorkerPlugin } from 'stoq'
    export class Unborn extends StoqWorkerPlugin {
      activate(stoq) { if (stoq.rights) process.exit(5); return super.activate(stoq) }
      scan() { return null }
    }`,
  )
  const { status, stderr } = await run(home, [
    'unborn',
    '-F',
    payloadFolder(home, { one: '1' }),
    '-L',
    'error',
  ])
  assert.equal(status, 2)
  assert.equal(stderr, 'stoq: no scan process could be started: it ended with status 5\n')
})

test('processes that cannot be started any more end the run, and every payload is accounted for', async () => {
  const home = hostileHome()
  const names = Array.from({ length: 300 }, (_, index) => [`p${index}`, `wait ${index}`])
  const folder = payloadFolder(home, Object.fromEntries(names))
  const words = ['trouble', '-F', folder, '-C', 'file', '--max-processes', '1']
  const { status, stderr } = await run(home, words, {
    during: async child => {
      await waitUntil(() => everythingBelow(home).some(name => name.startsWith('results/trouble/')))
      rmSync(join(home, 'temp'), { recursive: true })
      writeFileSync(join(home, 'temp'), 'no folder')
      for (const pid of childrenOf(child.pid))
        if (nameOf(pid).startsWith('stoq-scan')) process.kill(pid, 'SIGKILL')
    },
  })
  assert.equal(status, 1)
  assert.match(stderr, /300 ingested = \d+ scanned \+ 0 refused \+ \d+ failed;/)
})
