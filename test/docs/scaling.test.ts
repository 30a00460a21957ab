import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Stoq } from 'stoq'
import { blocksOf, root, textOf } from './markdown.ts'

const guide = 'docs/guide/scaling.md'
const command = join(root, 'packages/stoq/bin/stoq.js')
const unit = 'examples/systemd/stoq-worker@.service'
const roles = ['watcher', 'worker'] as const

/** The words after `stoq` in everything that starts one. */
function commandLines(): string[][] {
  const compose = [...textOf('docker-compose.yml').matchAll(/^ {4}command: (\[.*\])$/gm)]
  const started = [...textOf(unit).matchAll(/^ExecStart=.*stoq\.js (.*)$/gm)]
  const shown = blocksOf(guide, 'sh').flatMap(({ code }) => [...code.matchAll(/^stoq (.*)$/gm)])
  return [
    ...compose.map(([, list = '']): string[] => JSON.parse(list)),
    ...[...started, ...shown].map(([, line = '']) => line.split(' ')),
  ]
}

test('the examples in the guide are the files', () => {
  for (const role of roles) {
    const path = `examples/cluster/${role}.cfg`
    const block = textOf(guide).split(`\`\`\`ini file=${path}\n`)[1]?.split('\n```')[0]
    assert.equal(`${block}\n`, textOf(path))
  }
})

test('every command of the guide, of the containers and of the unit has a worker with these flags', () => {
  const lines = commandLines()
  assert.ok(lines.length >= 5, JSON.stringify(lines))
  for (const [worker = '', ...flags] of lines) {
    const help = execFileSync(process.execPath, [command, worker, '--help'], { encoding: 'utf8' })
    for (const flag of flags.filter(word => word.startsWith('-')))
      assert.match(help, new RegExp(`^ +${flag}, `, 'm'), `stoq ${worker} ${flags.join(' ')}`)
  }
})

test('every setting and option of the examples is one that there is', async () => {
  const blocks = blocksOf(guide, 'ini').map(({ code }) => code)
  assert.equal(blocks.length, 3)
  for (const text of [...blocks, ...roles.map(role => textOf(`examples/cluster/${role}.cfg`))])
    await checkSettings(text)
})

async function checkSettings(text: string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'stoq-scaling-'))
  try {
    writeFileSync(join(home, 'stoq.cfg'), text)
    const stoq = new Stoq({ base_dir: home })
    assert.deepEqual(stoq.extra, {})
    for (const [kind, plugins] of Object.entries(stoq.settings.plugin_options))
      for (const [name, options] of Object.entries(plugins))
        for (const option of Object.keys(options))
          assert.match(textOf(`plugins/${kind}/${name}/${name}.stoq`), new RegExp(`^${option} =`, 'm'))
    await stoq.close()
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

test('a worker of the examples is done with what it holds before the broker takes it back', async () => {
  const home = mkdtempSync(join(tmpdir(), 'stoq-scaling-'))
  copyFileSync(join(root, 'examples/cluster/worker.cfg'), join(home, 'stoq.cfg'))
  const stoq = new Stoq({ base_dir: home })
  const { max_time, max_processes, plugin_options } = stoq.settings
  const held = Number(plugin_options['source']?.['rabbitmq']?.['prefetch'])
  await stoq.close()
  rmSync(home, { recursive: true })
  assert.ok((Number(max_time) * held) / Number(max_processes) < 1800, `${held} messages`)
})

test('every file of the checkout that containers mount or copy is there', () => {
  const mounted = [...textOf('docker-compose.yml').matchAll(/- \.\/(examples\S+?):/g)]
  const copied = [...textOf('Dockerfile').matchAll(/^COPY (?!--)(.*) \S+$/gm)]
  const paths = [...mounted, ...copied].flatMap(([, words = '']) => words.split(' '))
  assert.ok(paths.length >= 6)
  for (const path of paths) assert.ok(existsSync(join(root, path)), path)
})

test('containers run without root, without rights, on a file system that is not written', () => {
  assert.match(textOf('Dockerfile'), /^USER [1-9]\d*:[1-9]\d*$/m)
  const compose = textOf('docker-compose.yml')
  for (const line of ['read_only: true', 'cap_drop: [ALL]', 'no-new-privileges:true'])
    assert.ok(compose.includes(line), line)
  assert.doesNotMatch(compose, /^ +ports:/m)
})

test('systemd takes the unit', context => {
  if (spawnSync('systemd-analyze', ['--version']).status !== 0) return context.skip('there is no systemd')
  const folder = mkdtempSync(join(tmpdir(), 'stoq-unit-'))
  try {
    const file = join(folder, 'stoq-worker@1.service')
    copyFileSync(join(root, unit), file)
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' })
    // Units of the machine are read too.
    const ours = stderr.split('\n').filter(line => line.includes('stoq') && !/is not executable/.test(line))
    assert.deepEqual(ours, [])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
