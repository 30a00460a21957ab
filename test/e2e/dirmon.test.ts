import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bin, cleanEnvironment, root, scratchFolder, stoq } from './stoq.ts'

const count = 10_000

/** Watches `<home>/in` and saves documents as files. */
function watch(home: string) {
  const words = [bin, 'yara', '-I', 'dirmon', '-F', join(home, 'in'), '-C', 'file']
  const child = spawn(process.execPath, words, { cwd: root, env: cleanEnvironment(home), stdio: 'ignore' })
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  return { child, ended }
}

function saved(home: string): string[] {
  try {
    // What kill -9 has left half-written has the name of a temporary file.
    return readdirSync(join(home, 'results/yara')).filter(name => !name.endsWith('.tmp'))
  } catch {
    return []
  }
}

async function until(home: string, wanted: number): Promise<void> {
  for (let tries = 0; tries < 1200 && saved(home).length < wanted; tries++) await sleep(100)
  assert.ok(saved(home).length >= wanted, `${saved(home).length} documents`)
}

test('10,000 files dropped at once, kill -9 in the middle: each is saved, after the restart none again but what was in work', async () => {
  const home = scratchFolder()
  mkdirSync(join(home, 'in'))
  const first = watch(home)
  await sleep(1500)
  for (let number = 0; number < count; number++)
    writeFileSync(join(home, 'in', `f${number}`), `file ${number}`)
  await until(home, 2000)
  first.child.kill('SIGKILL')
  await first.ended
  const second = watch(home)
  await until(home, count)
  await sleep(2000)
  const start = performance.now()
  second.child.kill('SIGTERM')
  assert.equal(await second.ended, 143)
  assert.ok(performance.now() - start < 5000)
  const documents = saved(home).map(name =>
    JSON.parse(readFileSync(join(home, 'results/yara', name), 'utf8')),
  )
  assert.equal(new Set(documents.map(({ results }) => results[0].filename)).size, count)
  assert.equal(new Set(documents.map(({ id }) => id)).size, count)
  assert.ok(documents.length <= count + 200, `${documents.length - count} were saved twice`)
})

test('a file that no broker was told of stays, with one line that says why', async () => {
  const home = scratchFolder()
  mkdirSync(join(home, 'in'))
  writeFileSync(join(home, 'in/a'), 'a')
  const options = {
    dirmon: { after: 'remove', settle_seconds: '0.2', stop_when_idle: '1' },
    rabbitmq: { host: '127.0.0.1', port: '1', retries: '0' },
  }
  writeFileSync(join(home, 'stoq.cfg'), `[core]\nplugin_options = ${JSON.stringify({ source: options })}\n`)
  const { status, stderr } = await stoq(['publisher', '-I', 'dirmon', '-F', join(home, 'in')], { home })
  assert.equal(status, 1)
  assert.deepEqual(stderr.match(/ERROR.*/g), [
    `ERROR] stoq: ${home}/in/a: source:rabbitmq failed: no connection to 127.0.0.1:1: nobody listens there`,
  ])
  assert.match(stderr, /1 failed/)
  assert.deepEqual(readdirSync(join(home, 'in')), ['a'])
})
