import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder, stoq } from './stoq.ts'

/** A home with a worker that takes its time and a source that never ends. */
function slowHome(): string {
  const home = scratchFolder()
  const plugin = (kind: string, name: string, code: string, options = '') => {
    mkdirSync(join(home, `plugins/${kind}/${name}`), { recursive: true })
    writeFileSync(
      join(home, `plugins/${kind}/${name}/${name}.stoq`),
      `[Core]\nName = ${name}\nModule = ${name}\n[options]\n${options}`,
    )
    writeFileSync(join(home, `plugins/${kind}/${name}/${name}.js`), code)
  }
  plugin(
    'worker',
    'slow',
    `import { StoqWorkerPlugin } from 'stoq'
    export class Slow extends StoqWorkerPlugin {
      async scan(payload) { await new Promise(done => setTimeout(done, 20)); return { text: 'x'.repeat(5000) } }
    }`,
  )
  plugin(
    'worker',
    'stuck',
    `import { StoqWorkerPlugin } from 'stoq'
    export class Stuck extends StoqWorkerPlugin { scan() { process.stderr.write('stuck\\n'); return new Promise(() => {}) } }`,
  )
  plugin(
    'source',
    'endless',
    `import { StoqSourcePlugin } from 'stoq'
    export class Endless extends StoqSourcePlugin {
      async ingest(signal) { for (let n = 0; !signal.aborted; n++) await this.stoq.worker.multiprocessPut({ payload: Buffer.from('p' + n), filename: String(n) }) }
    }`,
  )
  plugin(
    'connector',
    'buffered',
    `import { StoqConnectorPlugin } from 'stoq'
    import { appendFileSync } from 'node:fs'
    import { join } from 'node:path'
    export class Buffered extends StoqConnectorPlugin {
      lines = []
      save(document) { this.lines.push(JSON.stringify(document)); process.stderr.write('saved\\n') }
      deactivate() { appendFileSync(join(this.stoq.settings.base_dir, 'flushed.jsonl'), this.lines.join('\\n') + '\\n'); return super.deactivate() }
    }`,
  )
  return home
}

/** Sends the signal when the run has said `word` so many times. */
function signalAfter(word: string, times: number, signal: NodeJS.Signals, again = 0) {
  return (child: { stderr: NodeJS.ReadableStream | null; kill(signal: NodeJS.Signals): boolean }) => {
    let seen = 0
    child.stderr?.on('data', text => {
      const before = seen
      seen += String(text).split(word).length - 1
      if (before < times && seen >= times) {
        child.kill(signal)
        if (again) setTimeout(() => child.kill(signal), again)
      }
    })
  }
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} during a run: status ${status} within 5 seconds, connectors flushed`, async () => {
    const home = slowHome()
    const start = performance.now()
    const outcome = await stoq(['slow', '-I', 'endless', '-C', 'buffered'], {
      home,
      during: signalAfter('saved', 5, signal),
    })
    assert.equal(outcome.status, status, outcome.stderr)
    assert.ok(performance.now() - start < 8000)
    const flushed = readFileSync(join(home, 'flushed.jsonl'), 'utf8').trim().split('\n')
    assert.equal(flushed.length, outcome.stderr.split('saved\n').length - 1)
    for (const line of flushed) JSON.parse(line)
    assert.match(outcome.stderr, /ingested = /)
  })
}

test('a signal leaves no half-written file', async () => {
  const home = slowHome()
  const outcome = await stoq(['slow', '-I', 'endless', '-C', 'file', '-L', 'debug'], {
    home,
    during: signalAfter('connector.file: saved', 5, 'SIGINT'),
  })
  assert.equal(outcome.status, 130)
  const files = readdirSync(join(home, 'results/slow'))
  assert.ok(files.length >= 5)
  for (const file of files) JSON.parse(readFileSync(join(home, 'results/slow', file), 'utf8'))
})

test('a worker that never answers does not hold the end up', async () => {
  const home = slowHome()
  const start = performance.now()
  const outcome = await stoq(['stuck', '-I', 'endless'], { home, during: signalAfter('stuck', 1, 'SIGINT') })
  assert.equal(outcome.status, 130)
  assert.ok(performance.now() - start < 7000)
})

test('the second signal ends the process at once', async () => {
  const home = slowHome()
  const start = performance.now()
  const outcome = await stoq(['stuck', '-I', 'endless'], {
    home,
    during: signalAfter('stuck', 1, 'SIGINT', 300),
  })
  assert.equal(outcome.status, 130)
  assert.ok(performance.now() - start < 3000)
})

test('--cron runs again after the end of a run, and stops at a signal', async () => {
  const home = slowHome()
  const outcome = await stoq(
    ['slow', '-F', join(home, 'plugins/worker/slow/slow.js'), '-C', 'buffered', '--cron', '0.1'],
    {
      home,
      during: signalAfter('saved', 3, 'SIGTERM'),
    },
  )
  assert.equal(outcome.status, 143)
  assert.ok(readFileSync(join(home, 'flushed.jsonl'), 'utf8').trim().split('\n').length >= 3)
})
