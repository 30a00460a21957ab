import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { checkFolders } from '../../packages/stoq/src/cli/doctor/check-folders.ts'
import { checkNode } from '../../packages/stoq/src/cli/doctor/check-settings.ts'
import type { Finding } from '../../packages/stoq/src/cli/doctor/finding.ts'
import { defaultSettings } from '../../packages/stoq/src/config/settings.ts'
import { scratchFolder, stoq, stoqOnTerminal } from './stoq.ts'

/** A home with these files. */
function homeWith(files: Record<string, string>): string {
  const home = scratchFolder()
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), content)
  }
  return home
}

/** A decoder with this body of `decode`, and a golden sample. */
function decoder(name: string, body: string): Record<string, string> {
  const folder = `plugins/decoder/${name}`
  return {
    [`${folder}/${name}.stoq`]: `[Core]\nName = ${name}\nModule = ${name}\n`,
    [`${folder}/${name}.ts`]: `import { StoqDecoderPlugin } from 'stoq'\nexport class Decoder extends StoqDecoderPlugin { decode() { ${body} } }\n`,
    [`${folder}/golden/sample.bin`]: 'abc',
  }
}

async function doctor(home: string, ...words: string[]) {
  const { status, stdout, stderr } = await stoq(['doctor', '--json', ...words], { home })
  assert.equal(stderr, '')
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] }
  assert.equal(status, ok ? 0 : 1)
  return { ok, findings, stdout }
}

const shown = ({ level, check, what, mend }: Finding) => `${level} ${check}: ${what}: ${mend}`

test('in a healthy home nothing is broken, and every plugin that has golden samples finds what is in one', {
  timeout: 120_000,
}, async () => {
  const { ok, findings } = await doctor(homeWith(decoder('mine', 'return [[{}, new Uint8Array(1)]]')))
  assert.deepEqual(findings.filter(({ level }) => level === 'broken' || level === 'warning').map(shown), [])
  assert.ok(ok)
  const found = findings.filter(({ what }) => what.startsWith('finds what is in its sample'))
  assert.ok(found.length >= 20)
  for (const id of ['decoder:mine', 'worker:yara', 'reader:pdftext', 'extractor:gpg'])
    assert.ok(
      found.some(({ check }) => check === id),
      id,
    )
  const services = findings.filter(({ what }) => what.includes('not set up')).map(({ check }) => check)
  assert.deepEqual(services, ['worker:publisher', 'connector:queue', 'source:rabbitmq'])
})

const secret = 'hunter2-is-secret'
const sick = homeWith({
  'stoq.cfg': `[core]
max_tim = 5
max_plugin_time = 1
log_syntax = json
default_connector = fiel
dispatch_rules = rules/good.yar, rules/bad.yar, rules/none.yar
results_dir = file/results
plugin_options = {"source": {"rabbitmq": {"password": "${secret}", "port": "1"}}, "decoder": {"xxor": {}, "b64": {"minimum": "x", "embeded": "1"}}, "dekoder": {}}
[scan]
flags = --dispach
`,
  file: '',
  'rules/good.yar':
    'rule a { meta: plugin = "decoder:nosuch" condition: true }\nrule b { meta: plugin = "nonsense" condition: true }\n',
  'rules/bad.yar': 'rule c {\n condition: nosuch }\n',
  'quarantine/aa': 'abcd',
  'quarantine/aa.json': '{}',
  'temp/stoq-scan-1-5-abc/x': '',
  'plugins/nameless/nameless.stoq': '[Core]\nModule = x\n',
  ...decoder('throws', `throw new TypeError('boom ${secret} \\u001b[2J')`),
  ...decoder('idle', 'return null'),
  ...decoder('hangs', 'for (;;) {}'),
  ...decoder('exits', 'process.exit(3)'),
  ...decoder('needy', 'return null'),
  'plugins/decoder/needy/package.json': '{"dependencies": {"no-such-package-of-stoq": "1"}}',
  ...decoder('imports', 'return null'),
  'plugins/decoder/imports/imports.ts': "import 'no-such-package-of-stoq'\n",
  ...decoder('talks', 'this.log.warning("I am not well"); return [[{}, new Uint8Array(1)]]'),
  ...decoder('asks', 'return [[{}, new Uint8Array(1)]]'),
  'plugins/decoder/asks/asks.ts':
    "import { StoqDecoderPlugin } from 'stoq'\nexport class D extends StoqDecoderPlugin { decode() { return null } async check() { return 'the moon is not there' } }\n",
})
chmodSync(join(sick, 'stoq.cfg'), 0o644)
utimesSync(join(sick, 'temp/stoq-scan-1-5-abc'), 1e9, 1e9)
const report = doctor(sick)

const faults: readonly RegExp[] = [
  /^warning settings: stoq\.cfg: there is no setting 'max_tim' \(did you mean max_time\?\): mend its name/,
  /^broken settings: \S+stoq\.cfg holds credentials, and every user may read it: chmod 600 \S+stoq\.cfg$/,
  /^broken settings: default_connector: no connector is named 'fiel' \(did you mean file\?\)/,
  /^warning settings: plugin_options: no decoder is named 'xxor' \(did you mean xor\?\)/,
  /^warning settings: plugin_options: there is no category 'dekoder'/,
  /^warning settings: plugin_options: decoder:b64 has no option 'embeded'/,
  /^broken results_dir: \S+file is no folder: make it writable/,
  /^broken rules: \S+bad\.yar:2: unknown identifier `nosuch`/,
  /^broken rules: \S+none\.yar: no such file/,
  /^warning rules: \S+good\.yar: rule a names decoder:nosuch, which is not installed: install it/,
  /^warning rules: \S+good\.yar: rule b: 'nonsense' is not category:name/,
  /^ok rules: 1 of 3 files compile/,
  /^broken scan: unknown flag --dispach \(did you mean --dispatch\?\)/,
  /^note quarantine_dir: 1 payload that ended scan processes, 4 B: the reasons are in/,
  /^warning temp_dir: 1 folder of scan processes that are gone, of other containers: rm -r \S+abc$/,
  /^broken plugins: \S+nameless\.stoq: \[Core\] has no Name/,
  /^broken decoder:throws: boom \*\*\*/,
  /^broken decoder:idle: finds nothing in its sample sample\.bin: look at its options/,
  /^broken decoder:hangs: .*max_plugin_time/,
  /^broken decoder:exits: .*ended/,
  /^broken decoder:needy: needs what is not installed: no-such-package-of-stoq: npm install no-such-package-of-stoq/,
  /^broken decoder:imports: decoder:imports needs 'no-such-package-of-stoq'/,
  /^broken decoder:asks: the moon is not there: start what it needs/,
  /^warning log: stoq\.decoder\.talks: I am not well/,
  /^broken source:rabbitmq: .*no connection to 127\.0\.0\.1:1: nobody listens there: start what it needs/,
  /^ok extractor:decompress: finds what is in its sample/,
]

for (const fault of faults) {
  test(`a sick home is told of ${fault.source}`, { timeout: 120_000 }, async () => {
    const { findings } = await report
    assert.ok(
      findings.some(finding => fault.test(shown(finding))),
      findings.map(shown).join('\n'),
    )
  })
}

test('a sick home ends with status 1, no credential is shown, nothing is left behind', {
  timeout: 120_000,
}, async () => {
  const { ok, stdout } = await report
  assert.equal(ok, false)
  assert.ok(!stdout.includes(secret))
  assert.deepEqual(readdirSync(join(sick, 'quarantine')).sort(), ['aa', 'aa.json'])
  assert.ok(!readdirSync(sick).includes('logs'))
})

test('on a terminal each finding is one line, in colour, without controls of others', {
  timeout: 120_000,
}, async () => {
  const { status, screen } = await stoqOnTerminal(['doctor', 'throws', 'decoder:idle'], { home: sick })
  assert.equal(status, 1)
  assert.match(screen, /\x1b\[31mbroken /)
  assert.doesNotMatch(screen, /\x1b\[2J/)
  assert.match(screen, /0 ok, 0 notes, 0 warnings, 2 broken/)
})

test('settings that cannot be read are told, and nothing else is tried', async () => {
  const { findings } = await doctor(homeWith({ 'stoq.cfg': '[core]\nmax_time = soon\n' }))
  const [fault] = findings.filter(({ level }) => level === 'broken')
  assert.match(fault?.what ?? '', /stoq\.cfg: 'max_time' must be a number, got 'soon'/)
  assert.ok(findings.length <= 2)
})

test('credentials that only their owner may read are well kept', async () => {
  const home = homeWith({ 'stoq.cfg': 'x' })
  const file = join(home, 'stoq.cfg')
  writeFileSync(file, '[core]\nplugin_options = {"extractor": {"gpg": {"passphrase": "only mine"}}}\n')
  chmodSync(file, 0o640)
  const { findings } = await doctor(home)
  assert.ok(!findings.some(({ what }) => what.includes('credentials')))
})

test('a plugin or flag that is none is told in one line', async () => {
  const unknown = await stoq(['doctor', 'yarra'])
  assert.equal(unknown.status, 2)
  assert.equal(unknown.stderr, "stoq: no plugin is named 'yarra' (did you mean yara?)\n")
  assert.equal((await stoq(['doctor', '--jsn'])).status, 2)
  assert.match((await stoq(['doctor', '--help'])).stdout, /^usage: stoq doctor[\s\S]*--json/)
})

test('a disk that is nearly full is a warning, one that is full is broken', () => {
  const settings = defaultSettings(scratchFolder())
  const levels = (free: number) => new Set(checkFolders(settings, () => free).map(({ level }) => level))
  assert.deepEqual(levels(5e9), new Set(['ok']))
  assert.deepEqual(levels(5e8), new Set(['warning']))
  assert.deepEqual(levels(5e6), new Set(['broken']))
})

test('a Node that does not keep scan processes from the network is a warning', () => {
  assert.deepEqual(
    checkNode('24.1.0', false).map(({ level }) => level),
    ['warning'],
  )
  assert.deepEqual(
    checkNode('26.1.0', true).map(({ level }) => level),
    ['ok'],
  )
})
