import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hostileHome, payloadFolder } from '../pool/hostile.ts'
import { openShell, type ShellTerminal } from './shell-terminal.ts'
import { bin, cleanEnvironment, type Outcome, root, samples, scratchFolder, stoq } from './stoq.ts'

/** Runs a shell that gets its commands from a pipe. */
async function piped(lines: string[], options: { home?: string; reads?: boolean } = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [bin, 'shell'], {
    cwd: root,
    env: cleanEnvironment(options.home ?? scratchFolder()),
  })
  const outcome: Outcome = { status: null, stdout: '', stderr: '' }
  child.stdout.on('data', chunk => {
    outcome.stdout += chunk
  })
  child.stderr.on('data', chunk => {
    outcome.stderr += chunk
  })
  if (options.reads === false) child.stdout.destroy()
  child.stdin.on('error', () => {})
  child.stdin.end(lines.map(line => `${line}\n`).join(''))
  outcome.status = await new Promise(resolve => child.on('close', resolve))
  return outcome
}

/** What stands behind the prompt after Tab. */
async function completed(shell: ShellTerminal, typed: string, whole: string): Promise<void> {
  shell.type(typed)
  await shell.until(typed)
  shell.type('\t')
  await shell.until(whole.slice(typed.length))
  shell.type('\x03')
  await shell.until('[stoQ] > ')
}

test('Tab completes commands, kinds, plugins, options, settings and paths', async () => {
  const shell = await openShell()
  await completed(shell, 'hexd', 'hexdump ')
  await completed(shell, 'load ext', 'load extractor ')
  await completed(shell, 'run extractor deco', 'run extractor decompress ')
  await completed(shell, 'run extractor decompress pass', 'run extractor decompress password_list=')
  await completed(shell, 'set stoq.max_rec', 'set stoq.max_recursion ')
  await completed(shell, 'set extractor.decompress.max', 'set extractor.decompress.maximum_size ')
  await completed(shell, 'read samp', 'read samples/')
  await completed(shell, 'read samples/targ', 'read samples/targz.tgz ')
  await completed(shell, 'help disp', 'help dispatch ')
  assert.equal(await shell.leave(), 0)
})

test('Tab shows all that fit, twice pressed, and none whose name would steer the terminal', async () => {
  const folder = scratchFolder()
  for (const name of ['two words.bin', 'two\x1b]0;owned\x07', 'twofold'])
    writeFileSync(join(folder, name), 'x')
  const shell = await openShell({ cwd: folder })
  shell.type('read tw')
  await shell.until('read tw')
  shell.type('\t')
  await shell.until('o')
  shell.type('\t')
  const shown = await shell.until('twofold')
  assert.match(shown, /two\\ words\.bin/)
  assert.doesNotMatch(shell.screen, /owned/)
  shell.type('\\ ')
  await shell.until('\\ ')
  shell.type('\t')
  await shell.until('words.bin ')
  shell.type('\r')
  assert.match(await shell.until('magic: '), /Size: 1/)
  await shell.leave()
})

test('arrow up brings back what was typed, in the next shell too', async () => {
  const home = scratchFolder()
  const first = await openShell({ home })
  await first.line('ls samples')
  await first.line('set decoder.nosuch.password hunter2')
  first.type('\x1b[A\x1b[A')
  await first.until('[stoQ] > ls samples')
  first.type('\x03')
  await first.leave()
  const file = join(home, 'shell_history')
  assert.equal(readFileSync(file, 'utf8'), 'ls samples\nexit\n')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const second = await openShell({ home })
  second.type('\x1b[A\x1b[A')
  await second.until('[stoQ] > ls samples')
  second.type('\r')
  await second.until('targz.tgz')
  await second.leave()
})

test('an analyst takes a payload apart, goes down, looks, comes back, and saves', async () => {
  const shell = await openShell()
  assert.equal(await shell.line(''), '')
  assert.match(
    await shell.line('read samples/targz.tgz'),
    /^\[\*\] Filename: samples\/targz\.tgz\n\[\*\] Size: 1151\n\[\*\] md5: /,
  )
  const tree = await shell.line('dispatch')
  assert.match(tree, /^#0 {2}targz\.tgz {2}1\.2 kB {2}application\/gzip\n└─ #1 {2}targz\.tar/)
  assert.match(
    tree,
    /\n {3}└─ #5 {2}prog\.exe .* = #2 .*◆ pe_file\n\[\*\] 6 payloads\. View one with 'payload ID'\n$/,
  )
  assert.equal(await shell.line('payload 5'), '[*] Payload switched to 5\n')
  assert.match(await shell.line('payload'), /sha1: c469c17ff15d8a45c8fd246d0bf913ce3c4b8284/)
  assert.match(
    await shell.line('hexdump 0x4e 40'),
    /^0000004e {2}54 68 69 73 .* {2}\|This program can\|\n0000005e/,
  )
  assert.match(await shell.line('strings 20'), /0000004d {3}!This program cannot be run in DOS mode\.\n/)
  assert.match(
    await shell.line('run worker yara'),
    /worker:yara loaded\n\[\*\] Run using yara complete\. View results with 'results'\n/,
  )
  assert.match(await shell.line('results'), /"rule": "pe_file"/)
  assert.equal(await shell.line('..'), '[*] Payload switched to targz.tar\n')
  assert.equal(await shell.line('payload 3'), '[*] Payload switched to 3\n')
  assert.match(await shell.line('save payload'), /Saved .*\/results\/results-0-a\.txt\.\d+\n/)
  assert.equal(await shell.line('payload ..'), '[*] Payload switched to targz.tar\n')
  assert.equal(await shell.line('payload 9'), "[!] Invalid ID. Try 'results' for a complete list\n")
  assert.match(
    await shell.line('explain'),
    /rule tar_file matched by its condition, names extractor:decompress\n/,
  )
  assert.equal(await shell.leave(), 0)
  const [name = ''] = readdirSync(join(shell.home, 'results'))
  assert.equal(readFileSync(join(shell.home, 'results', name), 'utf8'), 'alpha file, made for tests\n')
  assert.deepEqual(readdirSync(join(shell.home, 'temp')), [])
})

test('Ctrl-C stops what runs and not the shell; the second one leaves', async () => {
  const home = hostileHome()
  const folder = payloadFolder(home, { spin: 'spin', good: 'good' })
  const shell = await openShell({ home })
  await shell.line(`read ${join(folder, 'spin')}`)
  shell.type('run worker trouble\r')
  await shell.until('worker:trouble loaded')
  await new Promise(resolve => setTimeout(resolve, 300))
  shell.type('\x03')
  await shell.until('[!] Stopped. Ctrl-C once more leaves')
  await shell.until('[stoQ] > ')
  await shell.line(`read ${join(folder, 'good')}`)
  assert.match(await shell.line('run worker trouble'), /complete/)
  assert.match(await shell.line('results'), /"good": true/)
  shell.type('half a li')
  await shell.until('half a li')
  shell.type('\x03')
  await shell.until('[stoQ] > ')
  shell.type('\x03')
  await shell.until('Ctrl-C once more leaves')
  shell.type('\x03')
  assert.equal(await shell.ended, 130)
  assert.match(shell.screen, /Exiting\.\.\.\r\n$/)
})

test('Ctrl-D leaves', async () => {
  const shell = await openShell()
  shell.type('\x04')
  assert.equal(await shell.ended, 0)
  assert.match(shell.screen, /\r\nExiting\.\.\.\r\n$/)
})

test('SIGTERM ends the shell in order', async () => {
  const shell = await openShell()
  await shell.line('read samples/targz.tgz')
  process.kill(shell.pid, 'SIGTERM')
  assert.equal(await shell.ended, 143)
  assert.deepEqual(readdirSync(join(shell.home, 'temp')), [])
})

test('a payload that ends or hangs its scan process is told, and the shell goes on', async () => {
  const home = hostileHome('max_plugin_time = 1\nmax_memory = 300000000')
  const folder = payloadFolder(home, {
    exit: 'exit',
    abort: 'abort',
    spin: 'spin',
    memory: 'memory',
    good: 'good',
  })
  const shell = await openShell({ home })
  for (const [name, told] of [
    ['exit', /\[!\] .*worker:trouble/],
    ['abort', /\[!\] .*worker:trouble/],
    ['spin', /\[!\] cut by max_plugin_time: worker:trouble was stopped \(#0\)/],
    ['memory', /\[!\] cut by max_memory: worker:trouble was stopped \(#0\)/],
  ] as const) {
    await shell.line(`read ${join(folder, name)}`)
    assert.match(await shell.line('run worker trouble'), told)
  }
  await shell.line(`read ${join(folder, 'good')}`)
  assert.match(await shell.line('run worker trouble'), /complete/)
  assert.equal(await shell.leave(), 0)
})

test('names and contents that an attacker chose do not reach the terminal as controls', async () => {
  const home = scratchFolder()
  const evil = join(home, 'evil')
  mkdirSync(evil)
  writeFileSync(join(evil, 'a\x1b]0;owned\x07\u202eb'), 'text\x1b[2J with escapes')
  const shell = await openShell({ home })
  const printed = [
    await shell.line(`ls ${evil}`),
    await shell.line(`read ${join(samples, 'zip_ctlnames.zip')}`),
    await shell.line('dispatch'),
    await shell.line('results'),
    await shell.line('run extractor decompress'),
    await shell.line('results'),
    await shell.line('payload 0'),
    await shell.line('payload'),
    await shell.line('hexdump'),
    await shell.line('strings'),
    await shell.line('save payload'),
  ].join('')
  assert.match(printed, /a\\x1b\]0;owned/)
  assert.doesNotMatch(printed, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/)
  await shell.leave()
})

test('from a pipe there is no prompt, faults go to standard error, and the status tells of them', async () => {
  const fine = await piped([
    '# a comment',
    '',
    `read "${join(samples, 'zip_plain.zip')}"`,
    'run extractor decompress',
    'payload 0',
  ])
  assert.deepEqual([fine.status, fine.stderr], [0, ''])
  assert.doesNotMatch(fine.stdout, /stoQ|\x1b/)
  assert.match(fine.stdout, /\[\*\] Payload switched to 0\n$/)
  const wrong = await piped(['lod', 'read nosuch', 'load decoder xorr', 'results', 'list'])
  assert.equal(wrong.status, 1)
  assert.deepEqual(wrong.stderr.split('\n').slice(0, 4), [
    "*** Unknown syntax: lod (did you mean load?); 'help' lists the commands",
    '[!] Error: cannot read nosuch: no such file',
    "[!] Error: no decoder plugin is named 'xorr' (did you mean xor?)",
    "[!] There are no results yet. Try: 'run CATEGORY PLUGIN' or 'dispatch'",
  ])
  assert.match(wrong.stdout, /^Available Plugins:\n workers\n/)
  assert.equal((await piped(['lod', 'exit', 'list'])).stdout, '')
})

test('every command says how it is used, in one line and without a stack', async () => {
  const wrong = [
    ...[
      'load',
      'load decoder',
      'load nosuch xor',
      'read',
      'read a b',
      'run',
      'run connector stdout',
      'run decoder xor key',
    ],
    ...[
      'run decoder xor',
      'results',
      'payload',
      'payload 0',
      '..',
      'save',
      'set stoq.nosuch',
      'set stoq.max_recursion x',
    ],
    ...[
      'set decoder.b64.nosuch 1',
      'set nosuch.b64.x 1',
      'usage',
      'ls /nonexist',
      'dispatch',
      'explain',
      'hexdump',
      'strings',
      'help nosuch',
    ],
    ...['read "open'],
  ]
  const { status, stderr, stdout } = await piped(wrong)
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.equal(stderr.trimEnd().split('\n').length, wrong.length, stderr)
  assert.ok(
    stderr
      .trimEnd()
      .split('\n')
      .every(line => line.startsWith('[!] ')),
    stderr,
  )
})

test('set shows settings and options without secrets, and changes them with their type', async () => {
  const home = scratchFolder()
  writeFileSync(
    join(home, 'stoq.cfg'),
    '[core]\nplugin_options = {"extractor": {"decompress": {"password_list": "geheim"}}}\n',
  )
  const { stdout, stderr, status } = await piped(
    [
      'set stoq.max_recursion 7',
      'set stoq.log_level DEBUG',
      'set stoq.magic yes',
      'set stoq.log_level warning',
      'load extractor decompress',
      'set extractor.decompress.maximum_size 100',
      'set extractor.decompress.password_list a,b',
      'set',
    ],
    { home },
  )
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^stoq\.max_recursion -> 7\nstoq\.log_level -> debug\nstoq\.magic -> true\n/)
  assert.match(
    stdout,
    /extractor\.decompress\.maximum_size -> 100\nextractor\.decompress\.password_list -> \*\*\*\*\n/,
  )
  assert.match(stdout, /\nstoq\.max_recursion = 7\n/)
  assert.match(stdout, /\nextractor\.decompress\.maximum_size = 100\n/)
  assert.doesNotMatch(stdout, /geheim|plugin_options|manifest/)
})

test('what set changes holds for the scans after it', async () => {
  const zip = join(samples, 'zip_nested5.zip')
  const { stdout } = await piped([
    `read ${zip}`,
    'dispatch',
    'set stoq.max_recursion 1',
    'dispatch',
    'set extractor.decompress.maximum_size 10',
    'run extractor decompress',
  ])
  assert.deepEqual(stdout.match(/\d+ payloads/g), ['9 payloads', '5 payloads'])
})

test('save writes a file for each, also twice in a second, and results that are objects', async () => {
  const home = scratchFolder()
  const { status, stderr } = await piped(
    [
      `read ${join(samples, 'zip_plain.zip')}`,
      'run extractor decompress',
      ...['save', 'save', 'save 1', 'save payload'],
      ...[`read ${join(samples, 'pe32.exe')}`, 'run worker yara', 'save', 'dispatch', 'save'],
    ],
    { home },
  )
  assert.equal(status, 0, stderr)
  const names = readdirSync(join(home, 'results'))
  assert.equal(names.filter(name => name.startsWith('results-')).length, names.length)
  const contents = names.map(name => readFileSync(join(home, 'results', name)))
  assert.ok(contents.every(content => content.length > 0))
  assert.ok(contents.some(content => content.toString().includes('"payload_id"')))
})

test('a shell whose reader is gone ends quietly, and words on its command line are refused', async () => {
  const gone = await piped(['list', 'list'], { reads: false })
  assert.deepEqual([gone.status, gone.stderr], [141, ''])
  const { status, stderr } = await stoq(['shell', 'x'])
  assert.deepEqual([status, stderr], [2, 'stoq: shell takes no words: commands are typed or piped in\n'])
  assert.match((await stoq(['shell', '--help'])).stdout, /usage: stoq shell\n[\s\S]*dispatch/)
})

test('no other command loads the shell', async () => {
  const folder = scratchFolder()
  const env = { ...cleanEnvironment(), NODE_V8_COVERAGE: folder }
  for (const words of [['list'], ['scan', join(samples, 'pe32.exe')]]) {
    const child = spawn(process.execPath, [bin, ...words], { cwd: root, env, stdio: 'ignore' })
    assert.equal(await new Promise(resolve => child.on('close', resolve)), 0)
  }
  const loaded = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))
  assert.ok(loaded.some(text => text.includes('/cli/scan.ts')))
  assert.ok(loaded.every(text => !/cli\/shell|ask-only/.test(text)))
})
