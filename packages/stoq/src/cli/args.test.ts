import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoqArgs, StoqHelp } from './args.ts'

const parse = (...words: string[]) => new StoqArgs().parseArgs(words)

test('only what was said is given, so that options of files stand', () => {
  assert.deepEqual(parse(), {})
  assert.deepEqual(parse('-D', '-F', 'x'), { dispatch: true, path: 'x' })
})

test('every form of a flag means the same', () => {
  for (const words of [['-F', 'x'], ['-Fx'], ['--file', 'x'], ['--file=x']])
    assert.deepEqual(parse(...words), { path: 'x' })
})

test('a long flag may be shortened while it is clear', () => {
  assert.deepEqual(parse('--max-proc', '2', '--conn=x'), { max_processes: 2, output_connector: 'x' })
  assert.throws(() => parse('--max', '2'), /unknown flag --max/)
})

test('a flag without value takes none, and a flag is no value', () => {
  assert.throws(() => parse('--split=yes'), /--split takes no value/)
  assert.throws(() => parse('-F', '-D'), /-F needs a value/)
  assert.deepEqual(parse('--file=-D'), { path: '-D' })
})

test('the last one of a repeated flag counts; values of --metadata add up', () => {
  assert.deepEqual(parse('-F', 'a', '-F', 'b'), { path: 'b' })
  assert.deepEqual(parse('--metadata', 'a:1', '--metadata', 'b:2', 'c:3'), {
    ingest_metadata: ['a:1', 'b:2', 'c:3'],
  })
})

test('--split saves entries by themselves', () =>
  assert.deepEqual(parse('--split'), { combined_results: false }))

test('-T and --template are the same', () => {
  assert.deepEqual(parse('-T', 'a.tpl'), parse('--template', 'a.tpl'))
})

test('all five log levels are taken', () => {
  for (const level of ['debug', 'info', 'warning', 'error', 'critical'])
    assert.deepEqual(parse('-L', level), { log_level: level })
})

test('--max-recursion 0 is 0', () => assert.deepEqual(parse('--max-recursion', '0'), { max_recursion: 0 }))

test('--metadata takes words up to the next flag', () => {
  assert.deepEqual(parse('--metadata', 'a:1', 'b:2', '-D'), {
    ingest_metadata: ['a:1', 'b:2'],
    dispatch: true,
  })
})

test('--rate-limit is text', () => assert.deepEqual(parse('--rate-limit', '1/5'), { ratelimit: '1/5' }))

test('a wrong flag or value is one line that says which', () => {
  const wrong = (words: string[], text: RegExp) =>
    assert.throws(
      () => parse(...words),
      (error: Error) =>
        error.name === 'StoqError' && text.test(error.message) && !error.message.includes('\n'),
    )
  wrong(['--tlp', 'purple'], /white, green, amber, red, got 'purple'/)
  wrong(['--max-recursion', '-1'], /--max-recursion must be .*, got '-1'/)
  wrong(['--max-processes', 'two'], /must be a whole number, got 'two'/)
  wrong(['--dispach'], /--dispach.*--dispatch/)
  wrong(['-F'], /-F/)
  wrong(['word'], /argument/)
})

test('a worker adds flags of its own, and may take a short one over', () => {
  const args = new StoqArgs()
  args.addArgument('-r', '--rules', { dest: 'rulepath', help: 'Path to rules' })
  args.addArgument('-T', '--tries', { type: text => Number(text), default: 3 })
  assert.deepEqual(args.parseArgs(['-r', 'x']), { rulepath: 'x', tries: 3 })
  assert.deepEqual(args.parseArgs(['-T', '5', '--template', 'x']), { tries: 5, template: 'x' })
})

test('help shows the groups and the own flags of the worker', () => {
  const args = new StoqArgs().addArgument('-r', '--rules', { help: 'Path to rules' })
  assert.throws(
    () => args.parseArgs(['-h']),
    (error: Error) => {
      assert.ok(error instanceof StoqHelp)
      for (const word of [
        'General Options',
        'Connector Options',
        'Ingest Options',
        'Plugin Options',
        '--rules',
        '-D, --dispatch',
      ]) {
        assert.ok(error.message.includes(word), word)
      }
      return true
    },
  )
})

test('every name of a flag takes the value', () => {
  const args = new StoqArgs().addArgument('-r', '-y', '--rules', '--yararules', { dest: 'rules' })
  for (const words of [
    ['-r', 'x'],
    ['-yx'],
    ['--rules', 'x'],
    ['--yararules', 'x'],
    ['--yararules=x'],
    ['--yara', 'x'],
  ])
    assert.deepEqual(args.parseArgs(words), { rules: 'x' })
})

test('the names of what every object has are no flags', () => {
  for (const word of ['--constructor', '--toString', '--__proto__', '--hasOwnProperty=x'])
    assert.throws(() => parse(word), /unknown flag/)
})
