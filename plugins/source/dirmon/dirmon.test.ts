import assert from 'node:assert/strict'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoqWorkerPlugin } from 'stoq'
import { openScratch, type Scratch } from 'stoq/testing'

type Options = Record<string, unknown>
interface Watched extends AsyncDisposable {
  worker: StoqWorkerPlugin
  log: string[]
  /** Names below `in`, and their content as it was scanned. */
  scanned: [string, string][]
  totals(): { saved: number; failed: number; refused: number }
  /** Waits until so many files were scanned, and a little longer. */
  until(count: number): Promise<string[]>
  end(): Promise<void>
}

/** Watches `in` below the home of the scratch, or the folders that are named. */
async function watch(
  scratch: Scratch,
  options: Options = {},
  folders = ['in'],
  more: Options = {},
): Promise<Watched> {
  const { home } = scratch
  const own = openScratch({
    base_dir: home,
    default_connector: 'file',
    plugin_options: { source: { dirmon: { settle_seconds: '0.3', rescan_seconds: '1', ...options } } },
    ...more,
  })
  for (const folder of folders) mkdirSync(join(home, folder), { recursive: true })
  const worker = await own.stoq.loadPlugin('yara', 'worker')
  Object.assign(worker, { paths: folders.map(folder => join(home, folder)), source_plugin: 'dirmon' })
  const scanned: [string, string][] = []
  const scan = worker.scan.bind(worker)
  worker.scan = (payload, kwargs, context) => {
    scanned.push([String(kwargs.path).slice(home.length + 1), String(Buffer.from(payload ?? ''))])
    return scan(payload, kwargs, context)
  }
  const run = await worker.openRun()
  const running = run.ingest()
  running.catch(() => {})
  await sleep(400)
  const end = async () => {
    await own.stoq.close()
    await running
  }
  return {
    worker,
    log: own.log,
    scanned,
    totals: () => run.totals,
    end,
    async until(count) {
      for (let tries = 0; tries < 100 && run.totals.saved < count; tries++) await sleep(100)
      await sleep(700)
      return scanned.map(([name]) => name).sort()
    },
    [Symbol.asyncDispose]: end,
  }
}

const put = (home: string, name: string, content = name) => writeFileSync(join(home, name), content)

test('files that are there, new, moved in or changed are scanned, each state once', async () => {
  await using scratch = openScratch()
  mkdirSync(join(scratch.home, 'in'))
  put(scratch.home, 'in/there')
  await using watched = await watch(scratch)
  put(scratch.home, 'in/new')
  put(scratch.home, 'outside')
  renameSync(join(scratch.home, 'outside'), join(scratch.home, 'in/moved'))
  assert.deepEqual(await watched.until(3), ['in/moved', 'in/new', 'in/there'])
  appendFileSync(join(scratch.home, 'in/new'), ' and more')
  await watched.until(4)
  assert.deepEqual(watched.scanned.at(-1), ['in/new', 'in/new and more'])
})

test('a file that is still being written is waited for: no half of it is scanned', async () => {
  await using scratch = openScratch()
  await using watched = await watch(scratch)
  for (let part = 0; part < 12; part++) {
    appendFileSync(join(scratch.home, 'in/slow'), `${part},`)
    await sleep(150)
  }
  await watched.until(1)
  assert.deepEqual(watched.scanned, [['in/slow', '0,1,2,3,4,5,6,7,8,9,10,11,']])
})

test('folders, hidden and temporary names, pipes, and links that lead out are left out', async () => {
  await using scratch = openScratch()
  await using watched = await watch(scratch)
  mkdirSync(join(scratch.home, 'in/deep'))
  for (const name of ['in/a', 'in/.dot', 'in/x.part', 'in/y~', 'in/deep/b']) put(scratch.home, name)
  symlinkSync('/etc/hostname', join(scratch.home, 'in/out'))
  symlinkSync('nowhere', join(scratch.home, 'in/dangling'))
  symlinkSync('a', join(scratch.home, 'in/good'))
  assert.deepEqual(await watched.until(2), ['in/a', 'in/good'])
  assert.equal(watched.totals().failed, 0)
})

test('recursive watches folders that come later; patterns choose by name or by path', async () => {
  await using scratch = openScratch()
  const options = { recursive: true, patterns_list: '*.eml, deep/*/x?', ignore_list: 'not*' }
  await using watched = await watch(scratch, options)
  mkdirSync(join(scratch.home, 'in/deep/er'), { recursive: true })
  for (const name of ['in/a.eml', 'in/b', 'in/deep/c.eml', 'in/deep/er/x1', 'in/deep/er/x12', 'in/not.eml'])
    put(scratch.home, name)
  assert.deepEqual(await watched.until(3), ['in/a.eml', 'in/deep/c.eml', 'in/deep/er/x1'])
  put(scratch.home, 'in/deep/er/late.eml')
  assert.equal((await watched.until(4)).length, 4)
})

test('a restart repeats nothing that was saved and misses nothing that came meanwhile, also when the journal is torn', async () => {
  await using scratch = openScratch()
  const first = await watch(scratch)
  for (const name of ['in/a', 'in/b', 'in/c']) put(scratch.home, name)
  await first.until(3)
  await first.end()
  put(scratch.home, 'in/meanwhile')
  put(scratch.home, 'in/b', 'changed')
  const [journal = ''] = readdirSync(join(scratch.home, 'state'))
  const file = join(scratch.home, 'state', journal)
  truncateSync(file, readFileSync(file).length - 3)
  await using second = await watch(scratch)
  const names = await second.until(3)
  assert.deepEqual(
    names.filter(name => name === 'in/a' || name === 'in/c').length,
    1,
    'the line that was torn is done again',
  )
  assert.ok(names.includes('in/meanwhile') && names.includes('in/b'))
  assert.equal(names.length, 3)
})

test('files are removed when their documents are saved, and only then', async () => {
  await using scratch = openScratch()
  await using watched = await watch(scratch, { after: 'remove' }, ['in'], { max_payload_size: 100 })
  put(scratch.home, 'in/good')
  put(scratch.home, 'in/large', 'x'.repeat(101))
  await watched.until(1)
  assert.deepEqual(readdirSync(join(scratch.home, 'in')), ['large'])
  assert.equal(watched.totals().failed, 1)
  assert.ok(watched.log.some(line => /large failed: it is tried again in 60 s/.test(line)))
})

test('files are moved when their documents are saved, failed ones elsewhere; nothing is overwritten', async () => {
  await using scratch = openScratch()
  const options = { recursive: true, after: 'move', move_to: 'in/done', failed_to: 'failed' }
  await using watched = await watch(scratch, options, ['in'], { max_payload_size: 100 })
  mkdirSync(join(scratch.home, 'in/sub'))
  put(scratch.home, 'in/sub/a.txt', 'one')
  await watched.until(1)
  put(scratch.home, 'in/sub/a.txt', 'two')
  put(scratch.home, 'in/large', 'x'.repeat(101))
  await watched.until(2)
  assert.equal(readFileSync(join(scratch.home, 'in/done/sub/a.txt'), 'utf8'), 'one')
  assert.equal(readFileSync(join(scratch.home, 'in/done/sub/a-1.txt'), 'utf8'), 'two')
  assert.deepEqual(readdirSync(join(scratch.home, 'failed')), ['large'])
  assert.equal(watched.scanned.length, 2)
})

test('a directory that vanishes and returns is watched again', async () => {
  await using scratch = openScratch()
  await using watched = await watch(scratch)
  put(scratch.home, 'in/a')
  await watched.until(1)
  rmSync(join(scratch.home, 'in'), { recursive: true })
  await sleep(1500)
  mkdirSync(join(scratch.home, 'in'))
  await sleep(1500)
  put(scratch.home, 'in/b')
  assert.deepEqual(await watched.until(2), ['in/a', 'in/b'])
  const gone = watched.log.filter(line => /is gone: it is watched again/.test(line))
  assert.equal(gone.length, 1)
})

test('a file that vanishes before it is scanned is one warning and no failure', async () => {
  await using scratch = openScratch()
  await using watched = await watch(scratch)
  const { worker } = watched
  const multiprocessPut = worker.multiprocessPut.bind(worker)
  worker.multiprocessPut = message => {
    rmSync(String(message.path), { force: true })
    return multiprocessPut(message)
  }
  put(scratch.home, 'in/short')
  await sleep(1500)
  const { refused, failed, saved } = watched.totals()
  assert.deepEqual({ refused, failed, saved }, { refused: 1, failed: 0, saved: 0 })
  assert.deepEqual(
    watched.log.filter(line => line.includes('short')).map(line => line.replace(scratch.home, '')),
    ['WARNING stoq: /in/short is gone: it was not scanned'],
  )
  worker.multiprocessPut = multiprocessPut
  put(scratch.home, 'in/short')
  assert.deepEqual(await watched.until(1), ['in/short'])
})

test('a name that is no UTF-8 is told once, and the other files are read', async () => {
  await using scratch = openScratch()
  await using watched = await watch(scratch)
  for (const last of [0xfe, 0xff])
    writeFileSync(Buffer.concat([Buffer.from(join(scratch.home, 'in/n')), Buffer.of(last)]), 'x')
  put(scratch.home, 'in/a')
  assert.deepEqual(await watched.until(1), ['in/a'])
  assert.equal(watched.log.filter(line => /no UTF-8/.test(line)).length, 1)
})

test('two directories are watched, and a path that is none is told at once', async () => {
  await using scratch = openScratch()
  await using watched = await watch(scratch, {}, ['one', 'two'])
  for (const name of ['one/a', 'two/b']) put(scratch.home, name)
  assert.deepEqual(await watched.until(2), ['one/a', 'two/b'])
  await using other = openScratch()
  const worker = await other.stoq.loadPlugin('yara', 'worker')
  Object.assign(worker, { paths: [join(scratch.home, 'nosuch')], source_plugin: 'dirmon' })
  const { totals } = await worker.run()
  assert.equal(totals.faults, 1)
  assert.ok(
    other.log.some(line => /cannot read .*nosuch: dirmon watches directories, and this is none/.test(line)),
  )
})

test('options that cannot be meant are told', async () => {
  for (const options of [{ after: 'burn' }, { after: 'move' }]) {
    await using scratch = openScratch({ plugin_options: { source: { dirmon: options } } })
    await assert.rejects(scratch.stoq.loadPlugin('dirmon', 'source'), { code: 'STOQ_PLUGIN_OPTION' })
  }
})
