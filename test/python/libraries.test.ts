import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readGolden } from 'stoq/testing'
import { root, samples } from '../e2e/stoq.ts'
import { contextOf, noPython, openPython } from './python.ts'

/** Plugins over libraries of PyPI, and what has to be installed for them. */
const plugins = fileURLToPath(new URL('plugins/libraries', import.meta.url))
const requirements = join(plugins, 'requirements.txt')

/** The Python of an environment that has the libraries, kept for the next time; a text: why there is none. */
function prepare(): { python: string } | string {
  if (noPython) return noPython
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = join(root, `node_modules/.cache/stoq-python-${version}`)
  const python = join(folder, 'bin/python')
  if (existsSync(join(folder, 'complete'))) return { python }
  rmSync(folder, { recursive: true, force: true })
  const steps = [
    ['python3', '-m', 'venv', folder],
    [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
    [python, '-c', `open(${JSON.stringify(join(folder, 'making'))}, 'w')`],
  ]
  for (const [program = '', ...words] of steps) {
    const { status, stderr } = spawnSync(program, words, { encoding: 'utf8', timeout: 240_000 })
    if (status === 0) continue
    const reason = `the libraries cannot be installed: ${stderr?.trim().split('\n').at(-1)}`
    if (process.env['CI']) throw new Error(reason)
    return reason
  }
  renameSync(join(folder, 'making'), join(folder, 'complete'))
  return { python }
}

const prepared = prepare()
const skip = typeof prepared === 'string' ? prepared : false
const options = typeof prepared === 'string' ? {} : prepared

test('a worker over pefile tells of executables, and finds nothing in what is none', { skip }, async () => {
  await using scratch = openPython(options, plugins)
  const worker = await scratch.stoq.loadPlugin('peinfo', 'worker')
  const scan = async (file: string) =>
    worker.scan(readFileSync(join(samples, file)), { filename: file }, contextOf(scratch.stoq))
  const found = (await scan('pe32.exe')) as Record<string, unknown>
  assert.equal(found['machine'], 'IMAGE_FILE_MACHINE_I386')
  assert.match(String(found['imphash']), /^([0-9a-f]{32}|)$/)
  const [section] = found['sections'] as { name: Uint8Array; md5: string; entropy: number }[]
  assert.equal(Buffer.from(section?.name ?? []).toString(), '.text')
  assert.match(section?.md5 ?? '', /^[0-9a-f]{32}$/)
  assert.ok(Number(section?.entropy) > 0)
  assert.equal(await scan('text_hello.txt'), null)
})

test('an extractor over oletools finds the macros that extractor:office finds', { skip }, async () => {
  const golden = readGolden(join(root, 'test/golden/extractor/office'))
  const { payload } = golden.find(({ name }) => name === 'macro.doc') ?? assert.fail('no sample')
  await using scratch = openPython({ ...options, bundled_plugins: true }, plugins)
  const context = () => contextOf(scratch.stoq)
  const macros = await scratch.stoq.loadPlugin('macros', 'extractor')
  const office = await scratch.stoq.loadPlugin('office', 'extractor')
  const ours = await codesOf(await office.extract(payload, {}, context()))
  const theirs = await codesOf(await macros.extract(payload, { filename: 'macro.doc' }, context()))
  assert.ok(theirs.length >= 3)
  for (const code of theirs)
    assert.ok(
      ours.some(own => own.includes(code)),
      code,
    )
  assert.equal(await macros.extract(readFileSync(join(samples, 'ole_streams.doc')), {}, context()), null)
})

/** The texts that an extractor gives, without differences of line ends. */
async function codesOf(given: unknown): Promise<string[]> {
  const codes: string[] = []
  for await (const [, content] of given as AsyncIterable<[object, Uint8Array]>)
    codes.push(Buffer.from(content).toString().replaceAll(/\r\n?/g, '\n').trim())
  return codes
}
