import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stoq } from '../e2e/stoq.ts'
import { payloadFolder, run } from '../pool/hostile.ts'
import { running } from './processes.ts'
import { pythonHome, pythonTest } from './python.ts'

const host = 'plugin_host.py'

/** The results of the worker, by payload. */
async function scan(home: string, payloads: Record<string, string | Uint8Array>, ...words: string[]) {
  const folder = payloadFolder(home, payloads)
  const { documents, ...rest } = await run(home, ['mischief', '-F', folder, '-C', 'stdout', ...words])
  const of = (name: string) => {
    const { results, errors, truncated } = documents.get(name) ?? { results: [], errors: [], truncated: [] }
    return { scan: results[0]?.scan as Record<string, unknown> | null, results, errors, truncated }
  }
  return { of, ...rest }
}

pythonTest(
  'a worker of Python scans in a child of a scan process, with the folder of that and no secrets',
  async () => {
    const home = pythonHome('[secrets]\nmongodb_password = hunter2')
    const { of, status, stderr } = await scan(home, { env: 'environment' })
    const { scan: found } = of('env')
    assert.equal(status, 0, stderr)
    assert.match(String(found?.['temp']), /stoq-scan-/)
    assert.equal(found?.['home'], found?.['temp'])
    assert.doesNotMatch(String(found?.['names']), /STOQ/)
    assert.deepEqual(running(host), [])
  },
)

pythonTest('payloads that wait for their turn are not taken for ones that hang', async () => {
  const slow = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`slow-${index}`, 'spin 0.7']))
  const words = ['--max-processes', '1', '--max-plugin-time', '2']
  const { of, status, stderr } = await scan(pythonHome(), slow, ...words)
  for (const name of Object.keys(slow)) assert.deepEqual(of(name).scan, { spun: true }, name)
  assert.equal(status, 0, stderr)
})

pythonTest('a call that hangs is cut, one that dies is an error, and all others are scanned', async () => {
  const trouble = {
    hang: 'hang',
    die: 'die',
    crash: 'crash',
    raise: 'raise no good',
    memory: 'memory 600000000',
  }
  const good = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`good-${index}`, 'count']))
  const words = ['--max-plugin-time', '6', '--max-memory', '700000000']
  const { of, stderr } = await scan(pythonHome(), { ...trouble, ...good }, ...words)
  const detail = 'worker:mischief was stopped'
  assert.deepEqual(of('hang').truncated, [{ limit: 'max_plugin_time', payload_id: 0, detail }], stderr)
  assert.match(of('die').errors[0]?.message ?? '', /its Python process is gone: it ended with status 9/)
  assert.match(of('crash').errors[0]?.message ?? '', /its Python process is gone: it was ended by SIGSEGV/)
  assert.match(of('raise').errors[0]?.message ?? '', /ValueError: no good/)
  assert.match(of('memory').errors[0]?.message ?? '', /MemoryError/)
  for (const name of Object.keys(good)) assert.ok(Number(of(name).scan?.['calls']) > 0, name)
  assert.deepEqual(running(host), [])
})

pythonTest('an extractor of Python gives its children one by one, as far as the budget goes', async () => {
  const home = pythonHome('dispatch_rules = own.yar')
  writeFileSync(
    join(home, 'own.yar'),
    'rule slices { meta: plugin = "extractor:slices" size = 3 condition: filesize > 6 }',
  )
  const payloads = {
    many: 'count 0123456',
    nothing: 'kwargs x',
    cut: `count ${Array.from({ length: 1000 }, (_, index) => index + 100).join('')}`,
  }
  const { of, status } = await scan(home, payloads, '-D', '--max-children', '10')
  const [, first, second] = of('many').results
  assert.deepEqual(first?.source_meta, { offset: 0 })
  assert.equal(first?.size, 3)
  assert.deepEqual(second?.source_meta, { offset: 3 })
  assert.equal(of('cut').results.length, 11)
  assert.equal(of('cut').truncated[0]?.limit, 'max_children')
  assert.equal(status, 1)
})

pythonTest('a payload for a reader of Python goes to a scan process that may start it', async () => {
  const home = pythonHome()
  const folder = payloadFolder(home, { text: 'one\ntwo' })
  const { documents, stderr } = await run(home, ['asker', '-F', folder, '-C', 'stdout'])
  assert.deepEqual(documents.get('text')?.results[0]?.scan, { lines: ['one', 'two'] }, stderr)
  assert.deepEqual(documents.get('text')?.errors, [])
})

pythonTest('source, connector, archive and decorator of Python work together', async () => {
  const home = pythonHome()
  const words = ['mischief', '-I', 'listed', '-C', 'keeper', '-A', 'keeper', '-P', 'stamp']
  const { status, stderr } = await stoq(words, { home })
  const kept = readFileSync(join(home, 'kept/documents'), 'utf8').trim().split('\n')
  const documents = kept.map(text => JSON.parse(text))
  assert.deepEqual(documents.map(({ results: [entry] }) => entry.filename).sort(), [
    'last',
    'one',
    'three',
    'two',
  ])
  for (const document of documents) assert.equal(document.stamp, 'seen')
  const [{ sha1, conn_id }] = documents[0].results
  assert.equal(conn_id, join(home, 'kept', sha1))
  assert.equal(readdirSync(join(home, 'kept')).length, 6, 'four payloads, the documents, the last words')
  assert.match(stderr, /stoq\.source\.listed: the last one is saved/)
  assert.match(stderr, /stoq\.source\.listed: published \/tmp\/bad\.exe on mischief: True/)
  assert.equal(readFileSync(join(home, 'kept/deactivated'), 'utf8'), 'beats 1')
  assert.equal(status, 1)
  assert.deepEqual(running(host), [])
})

pythonTest('the flags of a worker of Python are those of all workers and its own', async () => {
  const home = pythonHome()
  const help = await stoq(['mischief', '-h'], { home })
  assert.equal(help.status, 0, help.stderr)
  assert.match(help.stdout, /--max-plugin-time N/)
  assert.match(help.stdout, /--rules RULEPATH\s+Path to 100% of the rules/)
  const wrong = await stoq(['mischief', '--nosuch'], { home })
  assert.equal(wrong.status, 2)
  assert.match(wrong.stderr, /unrecognized arguments: --nosuch/)
  const { of } = await scan(home, { options: 'options' }, '--rules', 'r.yar')
  assert.equal(of('options').scan?.['rulepath'], "'r.yar'")
})

pythonTest('a source of Python that never ends is told to stop, and ended', async () => {
  const home = pythonHome('default_connector = keeper')
  const { status, stderr } = await stoq(['mischief', '-I', 'endless'], {
    home,
    during: child =>
      void child.stderr?.on('data', text => {
        if (String(text).includes('begun')) child.kill('SIGTERM')
      }),
  })
  assert.equal(status, 143, stderr)
  assert.match(stderr, /told to stop/)
  assert.deepEqual(running(host), [])
})

pythonTest('no process of Python outlives a stoQ that is killed', async () => {
  const home = pythonHome()
  const folder = payloadFolder(home, { hang: 'hang' })
  await stoq(['mischief', '-F', folder, '-C', 'keeper'], {
    home,
    during: child => void setTimeout(() => child.kill('SIGKILL'), 2500),
  })
  for (let tries = 0; running(host).length > 0 && tries < 50; tries++)
    await new Promise(resolve => setTimeout(resolve, 100))
  assert.deepEqual(running(host), [])
})
