import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { StoqDecoderPlugin } from '../index.ts'
import { openScratch } from '../testing/scratch.ts'
import type { StoqPlugin } from './plugin.ts'

const root = mkdtempSync(join(tmpdir(), 'stoq-loader-'))
after(() => rmSync(root, { recursive: true }))

/** A decoder plugin in a folder outside of the checkout. */
function decoder(body: string, options = '', extension = 'ts', head = ''): string {
  const directory = mkdtempSync(join(root, 'plugins-'))
  mkdirSync(join(directory, 'decoder/d'), { recursive: true })
  const ini = `[Core]\nName = d\nModule = d\n[Documentation]\nVersion = 2.1\n[options]\n${options}\n`
  writeFileSync(join(directory, 'decoder/d/d.stoq'), ini)
  const text = `import { StoqDecoderPlugin } from 'stoq'\n${head}\nexport class D extends StoqDecoderPlugin {\n${body}\ndecode() { return null }\n}\n`
  writeFileSync(join(directory, `decoder/d/d.${extension}`), text)
  return directory
}

function open(directory: string, settings: object = {}) {
  return openScratch({ bundled_plugins: false, plugin_dir_list: [directory], ...settings })
}

async function load(directory: string, settings: object = {}): Promise<StoqPlugin & Record<string, unknown>> {
  await using scratch = open(directory, settings)
  return (await scratch.stoq.loadPlugin('d', 'decoder')) as unknown as StoqPlugin & Record<string, unknown>
}

test('a plugin outside of the checkout is loaded as TypeScript and as JavaScript, with one copy of the base classes', async () => {
  for (const extension of ['ts', 'js', 'mjs']) {
    const plugin = await load(decoder(extension === 'ts' ? 'key: string = "a"' : 'key = "a"', '', extension))
    assert.ok(plugin instanceof StoqDecoderPlugin)
    assert.equal(plugin.key, 'a')
    assert.equal(plugin.id, 'decoder:d')
  }
})

test('options take the type of the field that they land on; others follow their names', async () => {
  const plugin = await load(
    decoder(
      'count = 1\nflag = true\nwords: string[] = []',
      'count = 7\nflag = off\nwords = a, b\nother_int = 3\nplain = 5',
    ),
  )
  assert.deepEqual(
    [plugin.count, plugin.flag, plugin.words, plugin.other_int, plugin.plain],
    [7, false, ['a', 'b'], 3, '5'],
  )
})

test('plugin_options are stronger than the .stoq file', async () => {
  const plugin = await load(decoder('count = 1', 'count = 7'), {
    plugin_options: { decoder: { d: { count: '8' } } },
  })
  assert.equal(plugin.count, 8)
})

async function fault(directory: string): Promise<string> {
  await using scratch = open(directory)
  const error = await scratch.stoq.loadPlugin('d', 'decoder').then(
    () => null,
    (reason: Error) => reason,
  )
  assert.equal(error?.name, 'StoqError')
  return `${(error as Error & { code?: string }).code} ${error?.message}`
}

test('an option of the wrong type names plugin, option, file, what was wanted and got', async () => {
  assert.match(
    await fault(decoder('count = 1', 'count = many')),
    /STOQ_PLUGIN_OPTION decoder:d: option 'count' in .*d\.stoq must be .*number, got 'many'/,
  )
})

test('activate that does not return true is a failed load, and the plugin may let go of what it holds', async () => {
  const text = await fault(
    decoder('activate() { return false }\ndeactivate() { globalThis.discarded = true }'),
  )
  assert.match(text, /STOQ_PLUGIN_ACTIVATE decoder:d did not activate: activate returned false, not true/)
  assert.equal((globalThis as Record<string, unknown>)['discarded'], true)
})

test('activate that throws is a failed load with its reason', async () => {
  assert.match(
    await fault(decoder('activate() { throw new Error("no key") }')),
    /cannot load decoder:d: no key/,
  )
})

test('a package that is not installed is named, with what to do', async () => {
  const text = await fault(decoder('', '', 'ts', "import 'a-package-that-is-not-there'"))
  assert.match(
    text,
    /STOQ_PLUGIN_DEPENDENCY decoder:d needs 'a-package-that-is-not-there' \(npm install a-package-that-is-not-there\)/,
  )
  const later = await fault(decoder("async activate() { await import('not-there-either'); return true }"))
  assert.match(later, /STOQ_PLUGIN_DEPENDENCY decoder:d needs 'not-there-either'/)
})

test('a module that does not parse, throws or exports no plugin is a failed load', async () => {
  assert.match(await fault(decoder('', '', 'ts', '}}}')), /STOQ_PLUGIN_LOAD cannot load decoder:d/)
  assert.match(await fault(decoder('', '', 'ts', 'throw new Error("at import")')), /at import/)
  const directory = decoder('')
  writeFileSync(join(directory, 'decoder/d/d.ts'), 'export const nothing = 1')
  assert.match(await fault(directory), /exports no class that extends StoqDecoderPlugin/)
})

test('a failed load is not remembered: the next one tries again', async () => {
  const directory = decoder('activate() { return globalThis.may === true }')
  await using scratch = open(directory)
  await assert.rejects(scratch.stoq.loadPlugin('d', 'decoder'))
  Object.assign(globalThis, { may: true })
  assert.ok(await scratch.stoq.loadPlugin('d', 'decoder'))
})

test('a plugin for another version of stoQ runs after a warning', async () => {
  await using scratch = open(decoder('', 'min_stoq_version = 99.1'))
  const plugin = await scratch.stoq.loadPlugin('d', 'decoder')
  assert.equal(plugin.incompatible_plugin, true)
  assert.ok(scratch.log.some(line => /WARNING .*made for stoQ 99\.1/.test(line)))
})

test('an unknown plugin is told with the nearest name', async () => {
  await using scratch = open(decoder(''))
  await assert.rejects(scratch.stoq.loadPlugin('dd', 'decoder'), {
    code: 'STOQ_PLUGIN_UNKNOWN',
    message: "no decoder plugin is named 'dd' (did you mean d?)",
  })
  await assert.rejects(
    scratch.stoq.loadPlugin('d', 'decoders' as 'decoder'),
    /no decoders plugin is named 'd' \(did you mean decoder\?\)/,
  )
})

test('names are matched in any case', async () => {
  await using scratch = open(decoder(''))
  assert.ok(await scratch.stoq.loadPlugin('D', 'decoder'))
})

test('a heartbeat is started once, stops by its signal, and plugins are deactivated in reverse order', async () => {
  const body = `wants_heartbeat = true
    async heartbeat(signal) { globalThis.beats.push('start'); await new Promise(done => signal.addEventListener('abort', done)); globalThis.beats.push('stop') }
    deactivate() { globalThis.beats.push('deactivate ' + this.parentname) }`
  const beats: string[] = []
  Object.assign(globalThis, { beats })
  const scratch = open(decoder(body, '', 'js'))
  await scratch.stoq.loadPlugin('d', 'decoder', { parentname: 'one' })
  await scratch.stoq.loadPlugin('d', 'decoder', { parentname: 'two' })
  await scratch[Symbol.asyncDispose]()
  assert.deepEqual(beats, ['start', 'start', 'stop', 'deactivate two', 'stop', 'deactivate one'])
})

test('a worker that fails to activate does not stay the primary one', async () => {
  const directory = decoder('')
  mkdirSync(join(directory, 'worker/w'), { recursive: true })
  writeFileSync(join(directory, 'worker/w/w.stoq'), '[Core]\nName = w\nModule = w\n')
  const code = `import { StoqWorkerPlugin } from 'stoq'
    export class W extends StoqWorkerPlugin { async activate(stoq) { await super.activate(stoq); return globalThis.good === true } scan() {} }`
  writeFileSync(join(directory, 'worker/w/w.js'), code)
  await using scratch = open(directory, { argv: ['stoq', 'w', '--split'] })
  await assert.rejects(scratch.stoq.loadPlugin('w', 'worker'))
  Object.assign(globalThis, { good: true })
  const worker = await scratch.stoq.loadPlugin('w', 'worker')
  assert.equal(scratch.stoq.worker, worker)
  assert.equal(worker.combined_results, false)
})

test('a heartbeat that does not listen does not end the process, and is not waited for', {
  timeout: 10_000,
}, async () => {
  const scratch = open(
    decoder(
      'wants_heartbeat = true\nheartbeat() { return new Promise(() => {}) }\ndeactivate() { globalThis.ended = true }',
      '',
      'js',
    ),
  )
  await scratch.stoq.loadPlugin('d', 'decoder')
  await scratch[Symbol.asyncDispose]()
  assert.equal((globalThis as Record<string, unknown>)['ended'], true)
})

test('activate that never answers is a failed load, and the run goes on', { timeout: 10_000 }, async () => {
  await using scratch = open(decoder('activate() { return new Promise(() => {}) }'), {
    max_plugin_time: 0.05,
  })
  await assert.rejects(scratch.stoq.loadPlugin('d', 'decoder'), /decoder:d failed: no answer within 0.05 s/)
})

test('deactivate that never answers does not keep the others from it', { timeout: 20_000 }, async () => {
  const scratch = open(
    decoder(
      'deactivate() { globalThis.asked = (globalThis.asked ?? 0) + 1; return this.parentname === "two" ? new Promise(() => {}) : undefined }',
      '',
      'js',
    ),
  )
  await scratch.stoq.loadPlugin('d', 'decoder', { parentname: 'one' })
  await scratch.stoq.loadPlugin('d', 'decoder', { parentname: 'two' })
  await scratch[Symbol.asyncDispose]()
  assert.equal((globalThis as Record<string, unknown>)['asked'], 2)
  assert.ok(scratch.log.some(line => line.includes('did not deactivate within')))
})

test('a fault in deactivate is logged and the others are deactivated', async () => {
  const scratch = open(decoder('deactivate() { throw new Error("stuck") }'))
  await scratch.stoq.loadPlugin('d', 'decoder')
  await scratch.stoq.loadPlugin('d', 'decoder')
  await scratch[Symbol.asyncDispose]()
  assert.equal(scratch.log.filter(line => line.includes('stuck')).length, 2)
})

test('plugin_options that are not text keep to the same names and types', async () => {
  const directory = decoder('count = 1\nwords: string[] = []\nanything = null\nname_of = "a"')
  const loadWith = (d: object) => load(directory, { plugin_options: { decoder: { d } } })
  const plugin = await loadWith({ count: 8, words: ['a'], anything: { b: 1 }, other: true, name_of: null })
  assert.deepEqual(
    [plugin.count, plugin.words, plugin.anything, plugin.other, plugin.name_of],
    [8, ['a'], { b: 1 }, true, 'a'],
  )
  const wrong = { code: 'STOQ_PLUGIN_OPTION' }
  await assert.rejects(loadWith({ decode: 5 }), wrong)
  await assert.rejects(loadWith({ manifest: 7 }), wrong)
  await assert.rejects(loadWith({ name_of: 5 }), {
    ...wrong,
    message: /'name_of' in plugin_options must be a text, got '5'/,
  })
  await assert.rejects(loadWith({ count: true }), { ...wrong, message: /must be a number, got 'true'/ })
  await assert.rejects(loadWith({ words: { a: 1 } }), {
    ...wrong,
    message: /must be a list, got '\{"a":1\}'/,
  })
})
