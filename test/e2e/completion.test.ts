import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pty from '@lydell/node-pty'
import { commands } from '../../packages/stoq/src/cli/command-table.ts'
import { commandNames } from '../../packages/stoq/src/cli/main.ts'
import { decoder, writeFiles } from '../author/packages.ts'
import { cleanEnvironment, root, scratchFolder, stoq } from './stoq.ts'

const home = scratchFolder()
writeFileSync(join(home, 'with blank.bin'), '')
mkdirSync(join(home, 'templates'))
writeFileSync(join(home, 'templates/brief.tpl'), '')
writeFiles(join(home, 'plugins/decoder/mine'), decoder('mine'))

async function suggestions(...words: string[]): Promise<string[]> {
  const { stdout, status } = await stoq(['completion', 'suggest', ...words], { home })
  assert.equal(status, 0)
  return stdout.split('\n').filter(Boolean)
}

const wordsOf = async (...words: string[]) => (await suggestions(...words)).map(line => line.split('\t')[0])

test('every command is told in the help, and is completed', () => {
  assert.deepEqual(commandNames().sort(), commands.flatMap(({ name }) => name ?? []).sort())
})

test('the first word is a command, a worker or a flag of stoq', async () => {
  const all = await wordsOf('')
  for (const word of ['scan', 'explain', 'doctor', 'yara', 'publisher', '--version'])
    assert.ok(all.includes(word))
  assert.deepEqual(await suggestions('exp'), [
    'explain\tShow which rules match, which plugins they choose, and why others are not',
  ])
})

test('flags are those of all workers and those of the worker itself', async () => {
  assert.deepEqual(await wordsOf('scan', '--yara'), ['--yararules'])
  assert.deepEqual(await wordsOf('publisher', '--pri'), ['--priority'])
  assert.deepEqual(await wordsOf('explain', '--max-m'), ['--max-memory'])
  assert.deepEqual(await wordsOf('nosuchworker', '--max-m'), ['--max-memory'])
})

test('values are choices, plugins of the right kind, templates, files', async () => {
  assert.deepEqual(await wordsOf('yara', '--tlp', ''), ['white', 'green', 'amber', 'red'])
  assert.deepEqual(await wordsOf('yara', '--tlp=a'), ['--tlp=amber'])
  assert.deepEqual(await wordsOf('yara', '-C', 's'), ['stdout'])
  assert.deepEqual(await wordsOf('yara', '-A', 'f'), ['file'])
  assert.deepEqual(await wordsOf('yara', '-I', 'fi'), ['filedir'])
  assert.deepEqual(await wordsOf('yara', '-P', ''), ['summary'])
  assert.deepEqual(await wordsOf('yara', '-T', 'b'), ['brief.tpl'])
  assert.deepEqual(await wordsOf('yara', '-T', 'rep'), ['report.html.tpl', 'report.md.tpl'])
  for (const words of [
    ['scan', ''],
    ['yara', '-F', ''],
    ['yara', '--yararules', ''],
    ['scan', '--', '-'],
  ])
    assert.deepEqual(await suggestions(...words), [':files'])
})

test('uninstall takes what is not of stoQ, by kind and name; others take names, or kind and name', async () => {
  assert.deepEqual(await wordsOf('uninstall', ''), ['decoder:mine'])
  assert.deepEqual(await wordsOf('test', 'mi'), ['mine'])
  assert.deepEqual(await wordsOf('doctor', 'decoder:x'), ['decoder:xor'])
})

test('settings that are broken keep nothing from being completed that does not depend on them', async () => {
  const broken = scratchFolder()
  writeFileSync(join(broken, 'stoq.cfg'), '[core]\nmax_time = soon\n')
  for (const words of [['scan', '--tl'], ['sc'], ['yara', '-T', 're'], ['yara', '-C', '']]) {
    const { stdout, stderr, status } = await stoq(['completion', 'suggest', ...words], { home: broken })
    assert.equal(status, 0, stderr)
    assert.equal(stderr, '')
    assert.equal(typeof stdout, 'string')
  }
})

test('a shell that is none is told in one line', async () => {
  for (const words of [[], ['csh'], ['constructor'], ['bash', 'x']]) {
    const { status, stderr } = await stoq(['completion', ...words])
    assert.equal(status, 2)
    assert.match(stderr, /^stoq: completion needs the name of a shell: stoq completion bash, zsh or fish\n$/)
  }
})

const environment = {
  ...cleanEnvironment(home),
  PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
  TERM: 'dumb',
} as Record<string, string>

/** Types into a shell on a terminal: a text is sent once what the one before leads to is on a line of its own. */
async function type(
  shell: string,
  flags: string[],
  steps: readonly [text: string, wait: RegExp][],
): Promise<void> {
  const terminal = pty.spawn(shell, flags, { cols: 150, rows: 50, cwd: home, env: environment })
  let output = ''
  let changed = () => {}
  terminal.onData(text => {
    output += text.replace(/\x1b\[[\d;?]*[a-zA-Z]|\r/g, '')
    changed()
  })
  const isOver = new Promise(resolve => terminal.onExit(resolve))
  try {
    for (const [text, wait] of steps) {
      output = ''
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const late = setTimeout(() => reject(new Error(`${shell} shows no ${wait}:\n${output}`)), 20_000)
      changed = () => wait.test(output) && resolve()
      terminal.write(text)
      await promise
      clearTimeout(late)
    }
  } finally {
    terminal.kill('SIGKILL')
    await isOver
  }
}

/** Presses Tab, and has the line as it is then printed: Ctrl-A, Ctrl-E and quotes make it the word of an `echo`. */
const completed = (line: string, wait: RegExp): [string, RegExp] => [`${line}\t\x01echo "\x05"\r`, wait]

const cases = [
  completed('stoq expl', /^stoq explain *$/m),
  completed('stoq scan --fl', /^stoq scan --flatten *$/m),
  completed('stoq yara -C st', /^stoq yara -C stdout *$/m),
  completed('stoq yara --tlp=am', /^stoq yara --tlp=amber *$/m),
  completed('stoq uninstall dec', /^stoq uninstall decoder:mine *$/m),
  completed('stoq uninstall decoder:m', /^stoq uninstall decoder:mine *$/m),
  completed('stoq yara -T brie', /^stoq yara -T brief\.tpl *$/m),
  completed('stoq scan with', /^stoq scan with\\ blank\.bin *$/m),
]

test('bash completes commands, flags, plugins, choices, templates and files', {
  timeout: 120_000,
}, async () => {
  await type(
    'bash',
    ['--norc', '--noprofile', '-i'],
    [
      ["PS1='> '; source <(stoq completion bash); echo re''ady\r", /^ready$/m],
      ...cases,
      ['stoq completion \t\t', /bash\s[\s\S]*fish\s[\s\S]*zsh/],
    ],
  )
})

const without = (shell: string) =>
  spawnSync(shell, ['--version']).status === 0 ? false : `${shell} is not installed here`

test('zsh completes commands, flags, plugins, choices, templates and files', {
  skip: without('zsh'),
  timeout: 120_000,
}, async () => {
  const start = 'autoload -Uz compinit; compinit -u -D; source <(stoq completion zsh)'
  await type(
    'zsh',
    ['-f', '-i'],
    [
      [`PS1='> '; unsetopt beep; ${start}; echo re''ady\r`, /^ready$/m],
      ...cases,
      ['stoq completion \t', /^(?=[\s\S]*\bbash\b)(?=[\s\S]*\bfish\b)[\s\S]*\bzsh\b/],
    ],
  )
})

test('fish completes commands, flags, plugins, choices, templates and files', {
  skip: without('fish'),
  timeout: 120_000,
}, () => {
  const ask = (line: string) =>
    execFileSync('fish', ['--no-config', '-c', `stoq completion fish | source; complete -C '${line}'`], {
      cwd: home,
      env: environment,
      encoding: 'utf8',
    })
  assert.match(ask('stoq expl'), /^explain\tShow which rules match/)
  assert.match(ask('stoq scan --fl'), /^--flatten\t/)
  assert.match(ask('stoq yara -C st'), /^stdout\t/)
  assert.match(ask('stoq yara --tlp=am'), /^--tlp=amber/)
  assert.match(ask('stoq yara -T brie'), /^brief\.tpl/)
  assert.match(ask('stoq scan with'), /^with blank\.bin/)
})

test('the man page has no fault that mandoc or man tells of', {
  skip: without('man'),
}, () => {
  const page = join(root, 'docs/man/stoq.1')
  const { status, stdout, stderr } = spawnSync('man', ['--warnings', '-l', page], {
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8' },
  })
  assert.equal(status, 0, stderr)
  assert.equal(stderr, '')
  const text = stdout.replace(/.\x08/g, '')
  for (const words of ['stoq scan PATH... [flags]', '--max-recursion N', 'doctor [PLUGIN...]', '~/.stoq'])
    assert.ok(text.includes(words), `${words} is not in:\n${text}`)
})
