import assert from 'node:assert/strict'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, test } from 'node:test'
import { loadSettings, type SettingsInput } from './settings.ts'

const root = mkdtempSync(join(tmpdir(), 'stoq-settings-'))
after(() => rmSync(root, { recursive: true }))

/** A base folder of its own with a stoq.cfg. */
function load(config: string, input: SettingsInput = {}) {
  const base_dir = mkdtempSync(join(root, 'home-'))
  writeFileSync(join(base_dir, 'stoq.cfg'), config)
  return { base_dir, ...loadSettings({ base_dir, ...input }) }
}

test('without a file everything has its default, below the base folder', () => {
  const { settings, base_dir } = load('')
  assert.equal(settings.log_dir, join(base_dir, 'logs'))
  assert.equal(settings.max_recursion, 3)
  assert.deepEqual(settings.source_base_tuple, [base_dir])
  assert.ok(Object.isFrozen(settings))
})

test('what the caller says is stronger than the file, which is stronger than the default', () => {
  const { settings } = load('[core]\nmax_recursion: 5\nmax_queue: 7\n', { max_recursion: 9 })
  assert.deepEqual([settings.max_recursion, settings.max_queue, settings.max_children], [9, 7, 10_000])
})

test('undefined in the call does not hide the file', () => {
  const given = { max_queue: undefined } as unknown as SettingsInput
  assert.equal(load('[core]\nmax_queue: 7\n', given).settings.max_queue, 7)
})

test('relative paths are relative to the base folder, not to the current one', () => {
  const { settings, base_dir } = load(
    '[core]\nresults_dir: ./out\nplugin_dir_list: a, b/c\ndispatch_rules: x.yar, /y.yar\n',
  )
  assert.equal(settings.results_dir, join(base_dir, 'out'))
  assert.deepEqual(settings.plugin_dir_list, [join(base_dir, 'a'), join(base_dir, 'b/c')])
  assert.deepEqual(settings.dispatch_rules, [join(base_dir, 'x.yar'), '/y.yar'])
})

test('the old name plugin_dir still works', () => {
  const { settings, base_dir } = load('[core]\nplugin_dir: mine\n')
  assert.deepEqual(settings.plugin_dir_list, [join(base_dir, 'mine')])
})

test("a dispatcher.yar in the base folder is used instead of stoQ's own", () => {
  const base_dir = mkdtempSync(join(root, 'home-'))
  assert.match(loadSettings({ base_dir }).settings.dispatch_rules[0] ?? '', /rules\/dispatcher\.yar$/)
  writeFileSync(join(base_dir, 'dispatcher.yar'), '')
  assert.deepEqual(loadSettings({ base_dir }).settings.dispatch_rules, [join(base_dir, 'dispatcher.yar')])
})

test('the bundled rules can be named beside own ones', () => {
  const { settings, base_dir } = load('[core]\ndispatch_rules: bundled, mine.yar\n')
  assert.match(settings.dispatch_rules[0] ?? '', /rules\/dispatcher\.yar$/)
  assert.equal(settings.dispatch_rules[1], join(base_dir, 'mine.yar'))
})

test('values take the type of their setting', () => {
  const { settings } = load(
    '[core]\nbundled_plugins = no\nmagic: 1\nlog_level: DEBUG\nmax_time = 1.5\nplugin_options: {"worker": {"x": {"a": 1}}}\nurl_prefix_tuple: https://\n',
  )
  assert.deepEqual(
    [
      settings.bundled_plugins,
      settings.magic,
      settings.log_level,
      settings.max_time,
      settings.url_prefix_tuple,
    ],
    [false, true, 'debug', 1.5, ['https://']],
  )
  assert.deepEqual(settings.plugin_options, { worker: { x: { a: 1 } } })
})

test('a value that cannot be used is told with file, setting, what was wanted and got', () => {
  const wrong = (config: string, text: RegExp) => assert.throws(() => load(`[core]\n${config}\n`), text)
  wrong('max_recursion: three', /stoq\.cfg: 'max_recursion' must be a number, got 'three'/)
  wrong('magic: maybe', /'magic' must be true or false, got 'maybe'/)
  wrong('log_level: loud', /'log_level' must be one of debug, info, warning, error, critical, got 'loud'/)
  wrong('default_tlp: purple', /'default_tlp' must be white, green, amber or red, got 'purple'/)
  wrong('plugin_options: {', /'plugin_options' must be a JSON object/)
})

test('options that stoQ does not know are kept apart for plugins; [scan] is its own', () => {
  const { extra, scan, settings } = load(
    '[core]\nmy_option: x\nwrite: y\n[scan]\nworker: peinfo\nflags: -D --split\n',
  )
  assert.deepEqual(extra, { my_option: 'x', write: 'y' })
  assert.deepEqual(scan, { worker: 'peinfo', flags: '-D --split' })
  assert.equal('my_option' in settings, false)
})

test('an empty STOQ_HOME is none', () => {
  const { STOQ_HOME } = process.env
  process.env['STOQ_HOME'] = ''
  try {
    assert.match(loadSettings().settings.base_dir, /\.stoq$/)
  } finally {
    if (STOQ_HOME === undefined) delete process.env['STOQ_HOME']
    else process.env['STOQ_HOME'] = STOQ_HOME
  }
})

test('a relative base folder counts from the current folder, once', () => {
  const base_dir = mkdtempSync(join(root, 'home-'))
  writeFileSync(join(base_dir, 'stoq.cfg'), '[core]\nmax_queue = 7\n')
  const { settings } = loadSettings({ base_dir: relative(process.cwd(), base_dir) })
  assert.deepEqual([settings.base_dir, settings.max_queue], [realpathSync(base_dir), 7])
})

test('a settings file that is named must be there', () => {
  const config_file = join(root, 'nosuch.cfg')
  assert.throws(() => loadSettings({ base_dir: root, config_file }), {
    code: 'STOQ_CONFIG_SYNTAX',
    message: `${config_file}: no such file`,
  })
})

test('plugin_options are objects down to the options', () => {
  for (const text of [
    'null',
    '[]',
    '5',
    '"x"',
    '{"worker": []}',
    '{"worker": {"yara": "x"}}',
    '{"worker": null}',
  ])
    assert.throws(() => load(`[core]\nplugin_options: ${text}\n`), /'plugin_options' must be a JSON object/)
})
