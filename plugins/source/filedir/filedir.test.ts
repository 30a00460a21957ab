import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openScratch, runPlugin } from 'stoq/testing'

/** What the source puts for the paths, seen at the documents of the yara worker. */
async function ingest(paths: (home: string) => string[], options: Record<string, unknown> = {}) {
  await using scratch = openScratch({
    plugin_options: { source: { filedir: options } },
    default_connector: 'file',
  })
  const { home, stoq } = scratch
  mkdirSync(join(home, 'in/deep/.hidden'), { recursive: true })
  for (const name of ['in/a', 'in/b', 'in/.dot', 'in/deep/c', 'in/deep/.hidden/d'])
    writeFileSync(join(home, name), name)
  symlinkSync('/etc/hostname', join(home, 'in/link'))
  symlinkSync('a', join(home, 'in/good'))
  symlinkSync('nowhere', join(home, 'in/dangling'))
  execFileSync('mkfifo', [join(home, 'in/pipe')])
  const worker = await stoq.loadPlugin('yara', 'worker')
  Object.assign(worker, { paths: paths(home) })
  const names: string[] = []
  worker.saveresults = false
  const scan = worker.scan.bind(worker)
  worker.scan = (payload, kwargs, context) => {
    names.push(String(kwargs.path).slice(home.length + 1))
    return scan(payload, kwargs, context)
  }
  const { totals } = await worker.run()
  return { names: names.sort(), totals, log: scratch.log }
}

test('a file is one message, which names the connector that reads it', async () => {
  const { messages } = await runPlugin(import.meta.dirname, import.meta.filename)
  assert.deepEqual(messages, [{ path: import.meta.filename, archive: 'file' }])
})

test('a folder is one message for each file in it: no pipes, hidden names or folders', async () => {
  assert.deepEqual((await ingest(home => [join(home, 'in')])).names, ['in/a', 'in/b', 'in/good'])
})

test('links that lead out of what was named, or nowhere, are left out', async () => {
  const { totals } = await ingest(home => [join(home, 'in')])
  assert.deepEqual([totals.ingested, totals.failed, totals.faults], [3, 0, 0])
})

test('recursive reads folders in folders, hidden reads names with a dot', async () => {
  const deep = await ingest(home => [join(home, 'in')], { recursive: true })
  assert.deepEqual(deep.names, ['in/a', 'in/b', 'in/deep/c', 'in/good'])
  const all = await ingest(home => [join(home, 'in')], { recursive: true, hidden: true })
  assert.deepEqual(all.names, ['in/.dot', 'in/a', 'in/b', 'in/deep/.hidden/d', 'in/deep/c', 'in/good'])
})

test('a path that is not there is told, and the other paths are read', async () => {
  const { names, totals, log } = await ingest(home => [join(home, 'nosuch'), join(home, 'in/a')])
  assert.deepEqual(names, ['in/a'])
  assert.equal(totals.faults, 1)
  assert.ok(log.some(line => /cannot read .*nosuch: no such file or directory/.test(line)))
})

test('a pipe or device that is named is refused and does not hang the run', async () => {
  const { totals } = await ingest(home => [join(home, 'in/pipe'), '/dev/zero'])
  assert.equal(totals.failed, 2)
})
