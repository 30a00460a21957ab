import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pluginCategories } from 'stoq'
import { conformance, goldenAnswers } from 'stoq/testing'
import { documentsOf, root, scratchFolder, stoq } from '../e2e/stoq.ts'

/** The plugins of the guide: whole, and run by the command as an author runs them. Their own tests stand beside them. */
const folder = join(root, 'examples/plugins')
const golden = (plugin: string, file: string) => join(folder, plugin, 'golden', file)

conformance(folder, { strict: true })
goldenAnswers(folder)

test('there is an example of every kind, one of them in plain JavaScript', () => {
  assert.deepEqual(readdirSync(folder).sort(), [...pluginCategories].sort())
  assert.ok(readdirSync(join(folder, 'decoder/reverse')).includes('reverse.js'))
})

/** A base folder that finds the examples and takes payloads apart by their rules. */
function makeHome(settings = ''): string {
  const home = scratchFolder()
  const rules = ['extractor/har/har.yar', 'carver/pem/pem.yar', 'decoder/reverse/reverse.yar']
  const dispatch_rules = rules.map(rule => join(folder, rule)).join(', ')
  writeFileSync(
    join(home, 'stoq.cfg'),
    `[core]\nplugin_dir_list = ${folder}\nlog_level = warning\ndispatch_rules = ${dispatch_rules}\n${settings}`,
  )
  return home
}

test('the workers scan in processes with the rights that they ask for', async () => {
  const home = makeHome()
  const samples = {
    urls: golden('worker/urls', 'page.html'),
    similar: golden('worker/similar', 'letter.txt'),
    command: golden('worker/command', 'text.txt'),
  }
  for (const [worker, file] of Object.entries(samples)) {
    const outcome = await stoq([worker, '-F', file], { home })
    const [document] = documentsOf(outcome)
    assert.ok(document?.['results']?.[0]?.['scan'], `${worker}: ${outcome.stdout}${outcome.stderr}`)
  }
})

test('the rules take payloads apart, and words of the extractor reach what is inside', async () => {
  const home = makeHome()
  const children = {
    'extractor/har/golden/visit.har': 2,
    'carver/pem/golden/config.txt': 1,
    'decoder/reverse/golden/reversed.bin': 1,
    'decoder/reverse/golden/swapped.bin': 1,
  }
  for (const [file, count] of Object.entries(children)) {
    const outcome = await stoq(['urls', '-F', join(folder, file), '-D'], { home })
    const [document] = documentsOf(outcome)
    assert.equal(document?.['payloads'], count + 1, `${file}: ${outcome.stdout}${outcome.stderr}`)
  }
})

test('documents reach the database, payloads the archive, and the decorator has its say', async () => {
  const home = makeHome()
  const words = ['-F', golden('worker/urls', 'page.html'), '-C', 'sqlite', '-A', 'gzstore', '-P', 'verdict']
  const outcome = await stoq(['urls', ...words], { home })
  assert.deepEqual([outcome.status, outcome.stderr], [0, ''])
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(join(home, 'results/stoq.db'))
  const [row] = database.prepare('SELECT worker, document FROM documents').all()
  database.close()
  const { verdict, results } = JSON.parse(String(row?.['document']))
  assert.deepEqual([row?.['worker'], verdict], ['urls', { word: 'clean', score: 0 }])
  assert.match(results[0].conn_id, /gzstore\/[0-9a-f]{2}\/[0-9a-f]{40}\.gz$/)
})

test('messages go through the queue: published, scanned, fetched from the archive, and gone', async () => {
  const home = makeHome()
  const page = golden('worker/urls', 'page.html')
  const publish = ['publisher', '-F', page, '-q', 'jobs', '-w', 'urls', '-A', 'gzstore']
  assert.equal((await stoq(publish, { home })).status, 0)
  const queue = join(home, 'jobs/urls')
  const [file = ''] = readdirSync(queue)
  assert.equal(JSON.parse(readFileSync(join(queue, file), 'utf8')).archive, 'gzstore')
  const outcome = await stoq(['urls', '-I', 'jobs'], { home })
  const [document] = documentsOf(outcome)
  assert.equal(document?.['results']?.[0]?.['scan']?.['count'], 2, outcome.stderr)
  assert.deepEqual(readdirSync(queue), [])
})

test('a message that fails is on the error queue with its reason', async () => {
  const home = makeHome()
  const queue = join(home, 'jobs/urls')
  await stoq(['publisher', '-F', golden('worker/urls', 'page.html'), '-q', 'jobs', '-w', 'urls'], { home })
  const outcome = await stoq(['urls', '-I', 'jobs'], { home })
  assert.equal(outcome.status, 1)
  assert.deepEqual(readdirSync(queue), [])
  const [file = ''] = readdirSync(`${queue}-errors`)
  const { err } = JSON.parse(readFileSync(join(`${queue}-errors`, file), 'utf8'))
  assert.match(err, /source_base_tuple/)
})
