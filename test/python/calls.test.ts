import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Kwargs, StoqError, type StoqWorkerPlugin } from 'stoq'
import type { Scratch } from 'stoq/testing'
import { running } from './processes.ts'
import { contextOf, openPython, pythonTest } from './python.ts'

async function openMischief(options: object = {}) {
  const scratch = openPython(options)
  const worker = await scratch.stoq.loadPlugin('mischief', 'worker')
  return { scratch, worker, [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose]() }
}

/** One call, as the pipeline makes it. */
function say(
  { scratch, worker }: { scratch: Scratch; worker: StoqWorkerPlugin },
  text: string,
  kwargs: Kwargs = {},
  limits: object = {},
): Promise<unknown> {
  return Promise.resolve(worker.scan(Buffer.from(text, 'latin1'), kwargs, contextOf(scratch.stoq, limits)))
}

pythonTest('keeps its state from call to call', async () => {
  await using open = await openMischief()
  await say(open, 'count')
  assert.deepEqual(await say(open, 'count'), { calls: 2 })
})

pythonTest('gets its keywords, bytes among them, but none that is named like a parameter', async () => {
  await using open = await openMischief()
  const kwargs = { uuid: ['a'], deep: { bytes: Buffer.from([0, 255]) } }
  assert.deepEqual(await say(open, 'kwargs', { ...kwargs, payload: 1, self: 2 }), kwargs)
})

pythonTest('gets and gives back values as they are, whatever they are', async () => {
  await using open = await openMischief()
  const bytes = fc.uint8Array().map(array => Buffer.from(array))
  const { tree } = fc.letrec(tie => ({
    leaf: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      bytes,
    ),
    tree: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  const echo = fc.asyncProperty(tree, async value => {
    assert.deepEqual(await say(open, 'kwargs', { value }), { value })
  })
  await fc.assert(echo, { numRuns: 300 })
})

pythonTest('has its options in the types that v1 gave them', async () => {
  await using open = await openMischief({
    argv: ['stoq', 'mischief', '--rules', 'r.yar'],
    plugin_options: { worker: { mischief: { said: 'set', d_int: 8 } } },
  })
  assert.deepEqual(await say(open, 'options'), {
    a_list: "['one', 'two']",
    b_dict: "{'a': 1}",
    c_tuple: "('x', 'y')",
    d_int: '8',
    switched_on: 'True',
    switched_off: 'False',
    retries: "'5'",
    said: "'set'",
    hashpayload: 'True',
    rulepath: "'r.yar'",
    name: "'mischief'",
    category: "'worker'",
  })
})

pythonTest('may give whatever Python has', async () => {
  await using open = await openMischief()
  const given = (await say(open, 'values')) as Record<string, unknown>
  assert.deepEqual(Object.entries(given), [
    ['7', 'number key'],
    ['bytes', Buffer.from([0, 255])],
    ['array', Buffer.from('ab')],
    ['set', ['a', 'b']],
    ['tuple', [1, 2]],
    ['date', '2026-01-02 03:04:05'],
    ['nan', null],
    ['big', '9223372036854775808'],
    ['small', 2 ** 53 - 1],
    ['k\\xff', 'bytes key'],
    ["('a', 1)", 'tuple key'],
    ['surrogate', '\ud800'],
    ['__proto__', 'key'],
  ])
  assert.match(JSON.stringify(await say(open, 'self')), /too deep/)
  assert.equal(await say(open, 'true'), true)
})

pythonTest('may print: that is a line of the log, as what it logs is', async () => {
  await using open = await openMischief({ log_level: 'info' })
  assert.deepEqual(await say(open, 'print a thing'), { printed: true })
  await say(open, 'log a thing')
  const { log } = open.scratch
  for (const line of [
    'INFO stoq.worker.mischief: printed a thing',
    'INFO stoq.worker.mischief: half a line',
    'WARNING stoq.worker.mischief: complained',
    'WARNING stoq.worker.mischief: past sys.stdout',
    'WARNING stoq.worker.mischief: from a program',
    'WARNING stoq.worker.mischief: of the plugin: a thing',
    'ERROR stoq: of stoQ',
    'WARNING stoq.worker.mischief: somelibrary: of a library',
    'ERROR stoq.worker.mischief: with traceback (ValueError: inner)',
  ])
    assert.ok(log.includes(line), `${line}\n${log.join('\n')}`)
  assert.ok(!log.join('\n').includes('not heard'))
})

pythonTest(
  'that raises has failed, with the exception as the reason and the traceback as its cause',
  async () => {
    await using open = await openMischief()
    const fault = await say(open, 'raise no good').catch((error: unknown) => error)
    assert.ok(fault instanceof StoqError && fault.cause instanceof Error)
    assert.equal(fault.code, 'STOQ_PLUGIN_FAILED')
    assert.equal(fault.message, 'worker:mischief failed: ValueError: no good')
    assert.match(fault.cause.stack ?? '', /Traceback[\s\S]*mischief\.py/)
    await assert.rejects(say(open, 'exit'), /failed: SystemExit: it wanted to exit with status 3/)
    assert.deepEqual(await say(open, 'count'), { calls: 3 })
  },
)

for (const [word, how] of [
  ['die', /its Python process is gone: it ended with status 9/],
  ['crash', /its Python process is gone: it was ended by SIGSEGV/],
] as const) {
  pythonTest(`whose process does '${word}' fails this call; the next one has a new process`, async () => {
    await using open = await openMischief()
    await say(open, 'count')
    await assert.rejects(say(open, word), { code: 'STOQ_PLUGIN_FAILED', message: how })
    assert.deepEqual(await say(open, 'count'), { calls: 1 })
  })
}

pythonTest('that takes too long is killed, with the programs that it has started', async () => {
  await using open = await openMischief()
  const begin = performance.now()
  await assert.rejects(say(open, 'spawn', {}, { max_plugin_time: 1 }), /no answer within 1 s/)
  assert.ok(performance.now() - begin < 5000)
  assert.deepEqual(running('sleep 986.1'), [])
  assert.deepEqual(await say(open, 'count'), { calls: 1 })
})

pythonTest(
  'is killed when its call is given up, and a call that waits for its turn is not begun',
  async () => {
    await using open = await openMischief()
    const stop = new AbortController()
    const context = contextOf(open.scratch.stoq, {}, stop.signal)
    const calls = ['hang', 'count'].map(text =>
      Promise.resolve(open.worker.scan(Buffer.from(text), {}, context)).catch(error => error),
    )
    setTimeout(() => stop.abort(), 300)
    const [hung, waited] = (await Promise.all(calls)) as Error[]
    assert.match(String(hung?.message), /its call was given up/)
    assert.equal(waited?.name, 'AbortError')
    assert.deepEqual(await say(open, 'count'), { calls: 1 })
  },
)

pythonTest('that wants more memory than there may be fails, and lives', async () => {
  await using open = await openMischief({ max_memory: 400 * 2 ** 20 })
  await assert.rejects(say(open, `memory ${350 * 2 ** 20}`), /MemoryError/)
  assert.deepEqual(await say(open, 'count'), { calls: 2 })
})

pythonTest('whose generator raises has given what came before', async () => {
  await using open = await openMischief()
  const seen: unknown[] = []
  const read = async () => {
    for await (const item of (await say(open, 'many 3')) as AsyncIterable<unknown>) seen.push(item)
  }
  await assert.rejects(read(), /RuntimeError: after the last/)
  assert.deepEqual(seen, [{ number: 0 }, { number: 1 }, { number: 2 }])
})

pythonTest('has a generator that may be left, and other calls in between', async () => {
  await using open = await openMischief()
  const first: unknown[] = []
  for await (const item of (await say(open, 'many 1000000')) as AsyncIterable<unknown>) {
    first.push(item)
    if (first.length === 2) assert.deepEqual(await say(open, 'count'), { calls: 2 })
    if (first.length === 3) break
  }
  assert.equal(first.length, 3)
  assert.deepEqual(await say(open, 'count'), { calls: 3 })
})

pythonTest('has no secrets around it', async () => {
  process.env['STOQ_TEST_SECRET'] = 'hunter2'
  await using open = await openMischief()
  const { names, home, temp, plugin_options } = (await say(open, 'environment')) as Record<string, unknown>
  assert.deepEqual(home, temp)
  assert.equal(plugin_options, false)
  const known = ['HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'PATH', 'TMPDIR', 'TZ']
  const others = (names as string[]).filter(
    name => !known.includes(name) && !/PYENV|PWD|SHLVL|^_$/.test(name),
  )
  assert.deepEqual(others, [])
})

pythonTest('has the helpers of v1', async () => {
  await using open = await openMischief()
  assert.deepEqual(await say(open, 'helpers'), {
    hashes: {
      md5: '5a2db68e8be7f8ef361c27eb21e2ac37',
      sha1: '632fb8827e40de9ffd8f8dbafdaddf9a4db5fb2a',
      sha256: 'a698ce08530306b9fd281f2533207fb48bae63e27a3cfe7529aa505be7e7257b',
      sha512:
        'e069a3adaabcbda2463152e6f30ddd837b37429faef5a056d777614a535e81b3c564c454e22d1d0becee6eaab63f03678d56ff7273a8ab5128d4e6c531220f9a',
    },
    ssdeep: '3:hWKxMu3r:hZxvr',
    alike: 100,
    magic: 'application/pdf',
    unicode: ['hi猫', '“q”', null],
    sanitized: { a_b_c: [{ k_k: 1 }] },
    normalized: { i: '1', n: '', d: [{ a: 'True' }] },
    dumps: '{"a": "b\'PK\\\\x03\'", "s": [1], "n": null}',
    loads: { a: 1 },
    hashpath: true,
    uuid: [36, 36],
    time: '20',
    primary: true,
    tuple: true,
    plugins: ['lines'],
  })
})

pythonTest('reads and writes files as stoQ allows it', async () => {
  await using open = await openMischief()
  const { home, stoq } = open.scratch
  mkdirSync(join(home, 'allowed'))
  writeFileSync(join(home, 'allowed/file'), 'here')
  stoq.grantPath(join(home, 'allowed'))
  assert.deepEqual(await say(open, `files ${join(home, 'allowed/file')}`), {
    same: true,
    read: Buffer.from('content'),
    empty: false,
    forbidden: null,
    allowed: Buffer.from('here'),
  })
  assert.match(open.scratch.log.join('\n'), /\/etc\/passwd is outside the allowed paths/)
})

pythonTest('loads other plugins and calls them', async () => {
  await using open = await openMischief()
  assert.deepEqual(await say(open, 'others'), {
    read: ['one', 'two'],
    extracted: [
      [{ offset: 0 }, Buffer.from('abcd')],
      [{ offset: 4 }, Buffer.from('ef')],
    ],
    size: '2',
    name: 'lines',
    missing: false,
    fault: "no reader plugin is named 'nosuch'",
  })
})

pythonTest('tells its heartbeat and its end when it is deactivated', async () => {
  const open = openPython()
  const connector = await open.stoq.loadPlugin('keeper', 'connector')
  assert.ok(connector.getFile)
  await new Promise(resolve => setTimeout(resolve, 100))
  await open.stoq.close()
  assert.equal(readFileSync(join(open.home, 'kept/deactivated'), 'utf8'), 'beats 1')
  await open[Symbol.asyncDispose]()
})

for (const [what, code, expected] of [
  [
    'imports what is not installed',
    'import no_such_package.part',
    /needs the Python package 'no_such_package' \(python3 -m pip install no_such_package\)/,
  ],
  [
    'fails like a missing module',
    'raise ModuleNotFoundError("of its own")',
    /ModuleNotFoundError: of its own/,
  ],
  ['is no Python', 'class', /SyntaxError: .*broken\.py/],
  ['has no class', 'from stoq.plugins import StoqReaderPlugin', /no class extends StoqReaderPlugin/],
  ['does not activate', `${plugin('return False')}`, /activate returned False/],
  ['raises when it activates', `${plugin('raise OSError("no server")')}`, /OSError: no server/],
  ['dies when it activates', `import os\n${plugin('os._exit(4)')}`, /ended with status 4/],
] as const) {
  pythonTest(what, async () => {
    await using scratch = openPython({}, brokenPlugin(code))
    await assert.rejects(scratch.stoq.loadPlugin('broken', 'reader'), expected)
  })
}

pythonTest('has no Python', async () => {
  await using scratch = openPython({ python: 'python-that-is-not-there' })
  const fault = /'python-that-is-not-there' is not there: install Python 3\.9 or newer, or say where it is/
  await assert.rejects(scratch.stoq.loadPlugin('lines', 'reader'), {
    code: 'STOQ_PLUGIN_LOAD',
    message: fault,
  })
})

pythonTest('names a Python of its own', async () => {
  const options = { reader: { lines: { python: '/nowhere/python' } } }
  await using scratch = openPython({ plugin_options: options })
  await assert.rejects(scratch.stoq.loadPlugin('lines', 'reader'), /'\/nowhere\/python' is not there/)
})

function plugin(body: string): string {
  return `from stoq.plugins import StoqReaderPlugin\nclass Broken(StoqReaderPlugin):\n    def activate(self, stoq):\n        ${body}\n`
}

function brokenPlugin(code: string): string {
  const folder = join(openPython().home, 'plugins')
  const place = join(folder, 'reader/broken')
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'broken.stoq'), '[Core]\nName = broken\nModule = broken\n')
  writeFileSync(join(place, 'broken.py'), code)
  return folder
}
