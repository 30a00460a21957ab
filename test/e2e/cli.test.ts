import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  bin,
  cleanEnvironment,
  documentsOf,
  type Outcome,
  root,
  samples,
  scratchFolder,
  stoq,
  stoqOnTerminal,
  troubles,
} from './stoq.ts'

const sample = (name: string) => join(samples, name)

/** A run that went wrong: one clear line, no stack, the exit status. */
function assertOneLine(outcome: Outcome, status: number, text: RegExp): void {
  assert.equal(outcome.status, status, outcome.stderr)
  assert.equal(troubles(outcome).length, 1, outcome.stderr)
  assert.match(troubles(outcome)[0] ?? '', text)
  assert.doesNotMatch(outcome.stderr, /\n\s+at /)
}

/** The root entry of a document. */
function rootOf(document: Record<string, unknown> | undefined): Record<string, unknown> {
  const [root = {}] = (document?.['results'] ?? []) as Record<string, unknown>[]
  return root
}

test('stoq without words, help, -h and --help show the help', async () => {
  for (const words of [[], ['help'], ['-h'], ['--help']]) {
    const { status, stdout } = await stoq(words)
    assert.equal(status, 0)
    assert.match(stdout, /usage: stoq COMMAND/)
  }
})

test('--version shows the version', async () => {
  const { stdout, status } = await stoq(['--version'])
  assert.match(stdout, /^stoq 4\.\d+\.\d+\n$/)
  assert.equal(status, 0)
})

test('list shows every kind, plugins sorted and in columns', async () => {
  const { stdout, status } = await stoq(['list'])
  assert.equal(status, 0)
  assert.match(stdout, /^Available Plugins:\n workers\n/)
  assert.match(stdout, /\n {3}- yara {16}v4\.0\.0 {2}Process a payload using yara\n/)
  assert.deepEqual(stdout.match(/^ \w+$/gm), [
    ' workers',
    ' connectors',
    ' readers',
    ' sources',
    ' extractors',
    ' carvers',
    ' decoders',
    ' decorators',
  ])
})

test('an unknown command or worker is told with the nearest name', async () => {
  assertOneLine(await stoq(['lsit']), 2, /no command or worker is named 'lsit' \(did you mean list\?\)/)
  assertOneLine(await stoq(['yarra', '-F', sample('pe32.exe')]), 2, /did you mean yara\?/)
})

test('into a pipe a run prints one whole document a line', async () => {
  const outcome = await stoq(['yara', '-F', 'samples', '-D'])
  assert.equal(outcome.status, 0, outcome.stderr)
  const documents = documentsOf(outcome)
  assert.ok(documents.length >= 10)
  assert.ok(documents.every(document => Number(document['payloads']) >= 1))
})

test('scan takes paths, dispatches, and takes worker and flags from [scan]', async () => {
  const outcome = await stoq(['scan', sample('zip_plain.zip'), sample('text_hello.txt')])
  assert.deepEqual(
    documentsOf(outcome)
      .map(document => document['payloads'])
      .sort(),
    [1, 4],
  )
  const home = scratchFolder()
  writeFileSync(join(home, 'stoq.cfg'), '[scan]\nflags = --format json\n')
  const plain = await stoq(['scan', sample('zip_plain.zip')], { home })
  assert.equal(JSON.parse(plain.stdout).payloads, 1)
  assert.match(plain.stdout, /^\{\n {4}"/)
})

test('flags and paths of scan stand in any order', async () => {
  const [zip, text] = [sample('zip_plain.zip'), sample('text_hello.txt')]
  for (const words of [
    ['-L', 'warning', zip, text],
    [zip, '--format=jsonl', text],
    ['--metadata', 'a:1', 'b:2', zip, '-D', text],
    ['--', zip, text],
  ]) {
    const outcome = await stoq(['scan', ...words])
    assert.equal(documentsOf(outcome).length, 2, outcome.stderr)
  }
})

test('on a terminal a run shows a tree, in colour, and no JSON', async () => {
  const { status, screen } = await stoqOnTerminal(['scan', sample('zip_nested5.zip')])
  assert.equal(status, 0)
  assert.match(screen, /zip_nested5\.zip/)
  assert.match(screen, /\x1b\[\d+m/)
  assert.doesNotMatch(screen, /"results"/)
})

test('names and contents chosen by an attacker do not reach the terminal as controls', async () => {
  const { screen } = await stoqOnTerminal(['scan', sample('zip_ctlnames.zip')])
  assert.doesNotMatch(screen, /\x1b\]|\x1b\[2J|\x07|\u202e/)
})

test('--format chooses the form of the stdout connector, and is refused where there is none', async () => {
  const { stdout } = await stoq(['yara', '-F', sample('pe32.exe'), '--format', 'tree'])
  assert.match(stdout, /pe32\.exe/)
  assert.throws(() => JSON.parse(stdout))
  assertOneLine(await stoq(['yara', '-F', sample('pe32.exe'), '--format', 'xml']), 2, /format/)
  assertOneLine(
    await stoq(['yara', '-F', sample('pe32.exe'), '-C', 'file', '--format', 'json']),
    2,
    /connector:file has no option 'format'/,
  )
})

test('what is wrong on the command line is one line and status 2', async () => {
  const file = sample('pe32.exe')
  assertOneLine(await stoq(['yara', '-F', file, '-C', 'nosuch']), 2, /no connector plugin is named 'nosuch'/)
  assertOneLine(await stoq(['yara', '-F', file, '-C', 'stdot']), 2, /did you mean stdout\?/)
  assertOneLine(await stoq(['yara', '-F', file, '-A', 'nosuch']), 2, /nosuch/)
  assertOneLine(await stoq(['yara', '-F', file, '-P', 'nosuch']), 2, /nosuch/)
  assertOneLine(await stoq(['yara', '-I', 'nosuch']), 2, /nosuch/)
  assertOneLine(
    await stoq(['yara', '-F', file, '--tlp', 'purple']),
    2,
    /white, green, amber, red, got 'purple'/,
  )
  assertOneLine(
    await stoq(['yara', '-F', file, '--metadata', 'nocolon']),
    2,
    /--metadata must be KEY:VALUE, got 'nocolon'/,
  )
  assertOneLine(await stoq(['yara', '-F', file, '--rate-limit', '5']), 2, /5/)
  assertOneLine(await stoq(['yara', '-F', file, '--nosuch']), 2, /--nosuch/)
  assertOneLine(await stoq(['yara', '-F', file, '-r', '/nosuch.yar']), 2, /nosuch\.yar/)
})

test('a path that is not there is one line and status 1', async () => {
  assertOneLine(await stoq(['yara', '-F', 'missing']), 1, /cannot read missing: no such file or directory/)
})

test('of several paths the good ones are scanned, the bad one is told in the status', async () => {
  const outcome = await stoq(['scan', sample('text_hello.txt'), 'missing'])
  assert.equal(outcome.status, 1)
  assert.equal(documentsOf(outcome).length, 1)
})

test('metadata with more colons is split at the first one', async () => {
  const outcome = await stoq(['yara', '-F', sample('pe32.exe'), '--metadata', 'a:b:c', 'd:1'])
  const [document] = documentsOf(outcome)
  assert.equal(outcome.status, 0)
  assert.deepEqual(rootOf(document)['source_meta'], {
    a: 'b:c',
    d: '1',
  })
})

test('a broken .stoq is one line; other plugins work', async () => {
  const home = scratchFolder()
  mkdirSync(join(home, 'plugins/worker/bad'), { recursive: true })
  writeFileSync(join(home, 'plugins/worker/bad/bad.stoq'), '[Core]\nName = bad\nName = twice\n')
  assertOneLine(await stoq(['list'], { home }), 1, /bad\.stoq/)
  const run = await stoq(['yara', '-F', sample('pe32.exe')], { home })
  assertOneLine(run, 0, /bad\.stoq/)
  assert.equal(documentsOf(run).length, 1)
})

test('a broken rule file is one line with file and line number, the other files go on, and the status tells', async () => {
  const home = scratchFolder()
  writeFileSync(join(home, 'bad.yar'), 'rule ok { condition: true }\n\nrule bad { condition: nosuch }\n')
  writeFileSync(
    join(home, 'stoq.cfg'),
    `[core]\ndispatch_rules: bad.yar, ${join(samples, '../../../packages/stoq/rules/dispatcher.yar')}\n`,
  )
  const run = await stoq(['scan', sample('zip_plain.zip')], { home })
  assertOneLine(run, 1, /bad\.yar:3: /)
  assert.equal(documentsOf(run)[0]?.['payloads'], 4)
  writeFileSync(join(home, 'stoq.cfg'), '[core]\ndispatch_rules: bad.yar\n')
  const none = await stoq(['scan', sample('zip_plain.zip')], { home })
  assert.equal(none.status, 2)
  assert.match(none.stderr, /no usable dispatch rules/)
  for (const missing of [join(home, 'missing.yar'), join(home, 'nowhere/missing.yar')]) {
    writeFileSync(join(home, 'stoq.cfg'), `[core]\ndispatch_rules: ${missing}\n`)
    const { stderr } = await stoq(['scan', sample('zip_plain.zip')], { home })
    assert.match(stderr, /dispatch rules \/.*missing\.yar: no such file/)
  }
})

test('a broken stoq.cfg is one line with file and line number', async () => {
  const home = scratchFolder()
  writeFileSync(join(home, 'stoq.cfg'), '[core]\nmax_recursion: three\n')
  assertOneLine(
    await stoq(['scan', sample('pe32.exe')], { home }),
    2,
    /stoq\.cfg: 'max_recursion' must be a number, got 'three'/,
  )
  writeFileSync(join(home, 'stoq.cfg'), '[core\n')
  assertOneLine(await stoq(['list'], { home }), 2, /stoq\.cfg/)
})

test('a plugin folder outside of the checkout works, in TypeScript and JavaScript', async () => {
  const folder = scratchFolder()
  for (const [name, extension] of [
    ['one', 'ts'],
    ['two', 'js'],
  ]) {
    mkdirSync(join(folder, `worker/${name}`), { recursive: true })
    writeFileSync(join(folder, `worker/${name}/${name}.stoq`), `[Core]\nName = ${name}\nModule = ${name}\n`)
    const type = extension === 'ts' ? ': Uint8Array' : ''
    const code = `import { StoqWorkerPlugin } from 'stoq'\nexport class X extends StoqWorkerPlugin { scan(payload${type}) { return { length: payload.length } } }\n`
    writeFileSync(join(folder, `worker/${name}/${name}.${extension}`), code)
  }
  const home = scratchFolder()
  writeFileSync(join(home, 'stoq.cfg'), `[core]\nplugin_dir_list: ${folder}\n`)
  for (const name of ['one', 'two']) {
    const [document] = documentsOf(await stoq([name, '-F', sample('text_hello.txt')], { home }))
    assert.deepEqual(rootOf(document)['scan'], { length: 96 })
  }
})

test('-C file -A file writes whole files: documents below the results, payloads below the archive', async () => {
  const home = scratchFolder()
  const run = await stoq(
    [
      'yara',
      '-F',
      sample('zip_plain.zip'),
      '-D',
      '-C',
      'file',
      '-A',
      'file',
      '-O',
      join(home, 'out'),
      '--use-date',
    ],
    { home },
  )
  assert.equal(run.status, 0, run.stderr)
  const [file] = readdirSync(join(home, 'out/yara'), { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  )
  assert.match(join(file?.parentPath ?? ''), /out\/yara\/\d{4}\/\d\d\/\d\d$/)
  const document = JSON.parse(readFileSync(join(file?.parentPath ?? '', file?.name ?? ''), 'utf8'))
  for (const { conn_id, sha1, size } of document.results) {
    assert.ok(conn_id.endsWith(`archive/${sha1.slice(0, 5).split('').join('/')}/${sha1}`))
    assert.equal(readFileSync(conn_id).length, size)
  }
})

test('-O of a file that is there appends one line for each document', async () => {
  const home = scratchFolder()
  const file = join(home, 'all.jsonl')
  writeFileSync(file, '')
  await stoq(['yara', '-F', 'samples', '-C', 'file', '-O', file], { home })
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  assert.equal(lines.length, readdirSync('samples').filter(name => !name.startsWith('.')).length)
  for (const line of lines) JSON.parse(line)
})

test('a template is rendered; one that is missing leaves the JSON', async () => {
  const rendered = await stoq(['yara', '-F', sample('pe32.exe'), '-T', 'stdout.tpl'])
  assert.equal(rendered.status, 0, rendered.stderr)
  assert.match(rendered.stdout, /pe32\.exe/)
  assert.throws(() => JSON.parse(rendered.stdout))
  const missing = await stoq(['yara', '-F', sample('pe32.exe'), '-T', 'nosuch.tpl'])
  assert.equal(missing.status, 1)
  assert.equal(documentsOf(missing).length, 1)
  const both = await stoq(['yara', '-F', sample('pe32.exe'), '-T', 'stdout.tpl', '--template-and-json'])
  assert.match(both.stdout, /"payload_id"/)
})

test('a missing dependency of a plugin is one line that says how to install it', async () => {
  const home = scratchFolder()
  mkdirSync(join(home, 'plugins/worker/needy'), { recursive: true })
  writeFileSync(join(home, 'plugins/worker/needy/needy.stoq'), '[Core]\nName = needy\nModule = needy\n')
  const code =
    "import 'no-such-package'\nimport { StoqWorkerPlugin } from 'stoq'\nexport class N extends StoqWorkerPlugin { scan() {} }"
  writeFileSync(join(home, 'plugins/worker/needy/needy.js'), code)
  assertOneLine(
    await stoq(['needy'], { home }),
    2,
    /worker:needy needs 'no-such-package' \(npm install no-such-package\)/,
  )
})

test('a payload above the TLP of the worker is refused, in the log and the totals', async () => {
  const home = scratchFolder()
  writeFileSync(
    join(home, 'stoq.cfg'),
    '[core]\nplugin_options: {"worker": {"yara": {"max_tlp": "amber"}}}\n',
  )
  const run = await stoq(['yara', '-F', sample('pe32.exe'), '--tlp', 'red'], { home })
  assert.equal(run.stdout, '')
  assert.match(run.stderr, /TLP red/)
  assert.match(run.stderr, /1 refused/)
})

test('--log-level debug shows stacks, other levels never do', async () => {
  const { stderr } = await stoq(['yara', '-F', 'missing', '-L', 'debug'])
  assert.match(stderr, /\n\s+at /)
})

test('the log goes to a file as well, as text or JSON', async () => {
  const home = scratchFolder()
  await stoq(['yara', '-F', sample('pe32.exe')], { home })
  assert.match(
    readFileSync(join(home, 'logs/stoq.log'), 'utf8'),
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO stoq: Starting stoQ v4/,
  )
  writeFileSync(join(home, 'stoq.cfg'), '[core]\nlog_syntax: json\nlog_dir: other\n')
  await stoq(['yara', '-F', sample('pe32.exe')], { home })
  const [line = ''] = readFileSync(join(home, 'other/stoq.log'), 'utf8').split('\n')
  assert.equal(JSON.parse(line).levelname, 'INFO')
})

test('a home that cannot be written does not stop the analysis', async () => {
  const run = await stoq(['yara', '-F', sample('pe32.exe')], { home: '/dev/null/home' })
  assert.equal(documentsOf(run).length, 1, run.stderr)
  assert.ok(!existsSync('/dev/null/home'))
})

test('explain tells rules with offsets, chosen plugins, what was skipped, duplicate or cut, and why', async () => {
  const { stdout, status } = await stoq(['explain', sample('zip_nested5.zip'), '--max-recursion', '1'])
  assert.equal(status, 0)
  assert.match(stdout, /payload 0: zip_nested5\.zip/)
  assert.match(stdout, /payload 0: rule zip_file matched.*, names extractor:decompress/)
  assert.match(stdout, /payload 0: extractor:decompress chosen by rule zip_file/)
  assert.match(stdout, /payload 0: extractor:decompress gave \d+ payload/)
  assert.match(stdout, /cut by max_recursion/)
  const pe = await stoq(['explain', sample('pe32.exe')])
  assert.match(pe.stdout, /exe_file matched.* at 0x[0-9a-f]+/)
  assert.match(pe.stdout, /left out: the same bytes as a payload that it came out of/)
})

test('a long run over a folder shows files, rate and errors on the terminal, and leaves nothing of it behind', async () => {
  const folder = scratchFolder()
  const home = scratchFolder()
  for (let index = 0; index < 40; index++) writeFileSync(join(folder, `${index}`), `file ${index}`)
  mkdirSync(join(home, 'plugins/worker/slow'), { recursive: true })
  writeFileSync(join(home, 'plugins/worker/slow/slow.stoq'), '[Core]\nName = slow\nModule = slow\n')
  const code = `import { StoqWorkerPlugin } from 'stoq'
    export class Slow extends StoqWorkerPlugin { async scan() { await new Promise(done => setTimeout(done, 150)); return {} } }`
  writeFileSync(join(home, 'plugins/worker/slow/slow.js'), code)
  const { status, screen } = await stoqOnTerminal(['slow', '-F', folder], { home })
  assert.equal(status, 0)
  assert.match(screen, /\r\x1b\[K\d+ files, \d+\/s/)
  assert.match(screen, /40 ingested/)
  const piped = await stoq(['slow', '-F', folder], { home })
  assert.doesNotMatch(piped.stderr, /files, \d+\/s/)
})

test('a reader that goes away ends the run without a word', async () => {
  const folder = scratchFolder()
  for (let index = 0; index < 500; index++) writeFileSync(join(folder, `${index}`), 'x'.repeat(5000))
  const outcome = await stoq(['yara', '-F', folder], {
    during: child => child.stdout?.once('data', () => child.stdout?.destroy()),
  })
  assert.equal(outcome.status, 141, outcome.stderr)
  assert.deepEqual(troubles(outcome), [])
})

test('200 zips in a zip, a text in each: 401 entries at the default depth, none lost', async () => {
  const [document] = documentsOf(await stoq(['scan', sample('zip_200.zip')]))
  assert.equal(document?.['payloads'], 401)
  assert.deepEqual([document?.['errors'], document?.['truncated']], [[], []])
})

test('every command ends quietly when its reader is gone before it writes', async () => {
  for (const words of [['help'], ['list'], ['--version'], ['explain', sample('zip_plain.zip')]]) {
    const outcome = await stoq(words, { during: child => child.stdout?.destroy() })
    assert.equal(outcome.status, 141, words.join(' ') + outcome.stderr)
    assert.doesNotMatch(outcome.stderr, /EPIPE|\n\s+at /)
    assert.deepEqual(troubles(outcome), [])
  }
})

// A device of Linux: no disk has to be filled.
if (existsSync('/dev/full'))
  test('output that cannot be written is one line and status 1', () => {
    for (const words of [
      ['list'],
      ['explain', sample('zip_plain.zip')],
      ['yara', '-F', sample('pe32.exe')],
    ]) {
      const full = openSync('/dev/full', 'w')
      const { status, stderr } = spawnSync(process.execPath, [bin, ...words], {
        cwd: root,
        env: cleanEnvironment(),
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      })
      closeSync(full)
      assertOneLine({ status, stdout: '', stderr }, 1, /ENOSPC/)
    }
  })

test('explain saves and archives nothing and runs once, whatever [scan] and the flags say', async () => {
  const home = scratchFolder()
  writeFileSync(
    join(home, 'stoq.cfg'),
    '[scan]\nflags = -D -A file --cron 1 -T stdout.tpl -P summary -C file\n',
  )
  const { status, stdout } = await stoq(['explain', sample('zip_plain.zip'), '-A', 'file'], { home })
  assert.equal(status, 0)
  assert.equal(stdout.match(/payload 0: zip_plain\.zip/g)?.length, 1)
  assert.deepEqual([existsSync(join(home, 'archive')), existsSync(join(home, 'results'))], [false, false])
})

test('words of a person and of a plugin do not reach the terminal as controls', async () => {
  const home = scratchFolder()
  mkdirSync(join(home, 'plugins/worker/odd'), { recursive: true })
  writeFileSync(
    join(home, 'plugins/worker/odd/odd.stoq'),
    '[Core]\nName = odd\nModule = odd\n[Documentation]\nVersion = 1\x1b[2J\nDescription = a\x1b]0;owned\x07b\n',
  )
  writeFileSync(join(home, 'plugins/worker/odd/odd.js'), 'export class Odd {}')
  const outcomes = await Promise.all([
    stoq(['list'], { home }),
    stoq(['\x1b]0;owned\x07']),
    stoq(['yara', '--\x1b[2J', 'debug']),
    stoq(['\x1b[2J', '--help']),
  ])
  for (const { stdout, stderr } of outcomes) assert.doesNotMatch(stdout + stderr, /[\x1b\x07]/)
  assert.match(outcomes[0]?.stdout ?? '', /a\\x1b\]0;owned\\x07b/)
})

test('what every object has is no command', async () => {
  for (const word of ['constructor', 'toString', '__proto__'])
    assertOneLine(await stoq([word]), 2, /no command or worker is named/)
})

test('a report is found by its plain name, whatever the worker, and reaches a terminal without controls', async () => {
  for (const name of ['report.md', 'report.html', 'slack', 'stdout']) {
    const { status, screen } = await stoqOnTerminal(['scan', sample('zip_ctlnames.zip'), '-T', name])
    assert.equal(status, 0)
    assert.match(screen, /zip_ctlnames\.zip/)
    assert.doesNotMatch(screen, /\x1b\[31m|\x1b\]|\x1b\[2J|\x07|\u202e/)
  }
})

test('a template of the base folder writes on a terminal only what is safe there', async () => {
  const home = scratchFolder()
  mkdirSync(join(home, 'templates'))
  writeFileSync(join(home, 'templates/raw.tpl'), 'all: {{ results.results|map(attribute="filename")|join }}')
  const { screen } = await stoqOnTerminal(['scan', sample('zip_ctlnames.zip'), '-T', 'raw'], { home })
  assert.match(screen, /all: .*esc_\\x1b\[31mred/)
  assert.doesNotMatch(screen, /\x1b\[31m|\x07|\u202e/)
})
