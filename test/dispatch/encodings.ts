import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { golden, hex, hits, latin1, placed, ruleHits, sample } from './rule-hits.ts'

const base64 = (text: Uint8Array) => latin1(Buffer.from(text).toString('base64'))
ruleHits(
  'base64_file',
  {
    'a program': sample('b64_pe.txt'),
    'a zip': base64(sample('zip_plain.zip')),
    'a compound file': base64(sample('ole_root_only.doc')),
    'a gzip file': base64(sample('targz.tgz')),
    'base64 of base64 of a program': base64(base64(sample('pe32.exe'))),
    'base64 of base64 of a zip': base64(base64(sample('zip_plain.zip'))),
    'base64 of base64 of a compound file': base64(base64(sample('ole_root_only.doc'))),
    'base64 of base64 of a gzip file': base64(base64(sample('targz.tgz'))),
    'a program three times over': base64(base64(base64(sample('pe32.exe')))),
  },
  {
    'a sentence with the same first letters': latin1(
      `TVqQ ${'is no word that a text begins with. '.repeat(4)}`,
    ),
    'base64 of a text': base64(Buffer.from('hello base64 '.repeat(20))),
    'base64 of base64 of a text': base64(base64(Buffer.from('hello base64 '.repeat(20)))),
    'less than 64 characters': base64(sample('pe32.exe').subarray(0, 40)),
  },
)
const program = base64(sample('pe32.exe')).toString('latin1')
const inWide = (text: string) => Buffer.from(text, 'utf16le')
ruleHits(
  'base64_inside',
  {
    'a program in a script': latin1(`x = "${program}"`),
    'a program in a program': Buffer.concat([sample('pe64.exe'), latin1(program)]),
    'a program as UTF-16': inWide(`x = "${program}"`),
    'a program without its beginning': latin1(`x = "${program.slice(80)}"`),
    'a zip in XML': latin1(`<a>${base64(sample('zip_plain.zip'))}</a>`),
    'a page': latin1(`document.write(atob("${base64(Buffer.from('<script>run()</script>'))}"))`),
    'a command of PowerShell': latin1(`-enc ${base64(inWide('IEX (New-Object Net.WebClient)'))}`),
  },
  {
    'a program': sample('pe64_crt.exe'),
    'base64 of a text': base64(Buffer.from('hello base64 '.repeat(20))),
    'a picture': base64(sample('png_plain.png')),
    noise: sample('random_4k.bin'),
  },
)
ruleHits(
  'base85_file',
  { 'a program': sample('b85_pe.txt') },
  {
    'a sentence with the same first letters': latin1(
      `O<Iru ${'is no word that a text begins with. '.repeat(4)}`,
    ),
    'base85 of a text': latin1('Xk~0{Zy;hgH2'.repeat(10)),
    'base64 of a program': sample('b64_pe.txt'),
  },
)
ruleHits(
  'rotated_program',
  { 'a program by one place': sample('rotl1_pe.bin'), 'a program by four': sample('rot4_pe.bin') },
  { 'a program': sample('pe32.exe'), 'a program under a XOR key': sample('xor1_41.bin') },
)
ruleHits(
  'rot47_text',
  {
    'a page': latin1('k9E>=mkD4C:AEm2=6CEWXk^D4C:AEmk^9E>=m'),
    'the sentence of programs': latin1('|+ %9:D AC@8C2> 42??@E'),
  },
  {
    'a page that is none': latin1('<html><script>alert()</script></html>'),
    'rot47 of other text': sample('rot47_text.txt'),
    noise: sample('random_4k.bin'),
  },
)
const digits = sample('pe32.exe').toString('hex')
const pairs = digits.match(/../g) ?? []
ruleHits(
  'hexadecimal_file',
  {
    'a program': latin1(digits.toUpperCase()),
    'a program in a script': latin1(`a = "${digits}"`),
    'a program as UTF-16': inWide(`a = "${digits}"`),
    'a list of C': latin1(`{ ${pairs.map(pair => `0x${pair}`).join(', ')} }`),
    'escaped bytes': latin1(pairs.map(pair => `\\x${pair}`).join('')),
    'pairs with blanks, in lines': latin1(digits.replace(/../g, '$& ').replace(/.{48}/g, '$&\n')),
    'pairs with colons': latin1(pairs.join(':')),
    'a list of Basic': latin1(`Array(${pairs.map(pair => `&H${pair}`).join(', ')})`),
    'a zip': latin1(sample('zip_plain.zip').toString('hex')),
    'a page': latin1(latin1('<script>run()</script>').toString('hex')),
    'base64 of a program': latin1(latin1(program).toString('hex')),
  },
  {
    'a program': sample('pe32.exe'),
    'digits of a text': latin1(Buffer.from('hello '.repeat(40)).toString('hex')),
    'RTF, which has a plugin': sample('rtf_hexpe.rtf'),
    noise: sample('random_4k.bin'),
  },
)
const percent = (text: string) => latin1(text).toString('hex').replace(/../g, '%$&')
ruleHits(
  'percent_encoded',
  {
    'a page': latin1(percent('<html><script>run()</script>')),
    'a page, where only what must be is escaped': latin1(encodeURIComponent('<script>run()</script>')),
    'a script that unescapes': latin1(`eval(unescape('${percent('alert(1)')}'))`),
    'the same as UTF-16': inWide(`eval(unescape("${percent('alert(1)')}"))`),
    'code for memory': latin1(`"${'%u9090'.repeat(20)}"`),
  },
  {
    'an address': latin1('http://example.org/?text=two%20words%2C%20and%20more'),
    'a script that unescapes something else': latin1('unescape(location.hash)'),
    noise: sample('random_4k.bin'),
  },
)

const script = (name: string) => golden(`decoder/script/${name}.masked`)
ruleHits(
  'vba_text',
  { 'the source of a module': script('module.bas') },
  { 'text about it': latin1('An Attribute VB_Name begins every module of VBA') },
)
ruleHits(
  'script_utf16',
  {
    'UTF-16 with its mark': script('utf16_mark.vbs'),
    'UTF-16 with the other mark': script('utf16_high.js'),
    'UTF-16 without one': script('utf16_bare.js'),
  },
  { 'text of single bytes': script('strings.vbs'), 'a program': sample('pe32.exe'), zeros: Buffer.alloc(64) },
)
ruleHits(
  'script_text',
  {
    VBScript: script('strings.vbs'),
    JScript: script('strings.js'),
    PowerShell: script('strings.ps1'),
    'a batch file': script('strings.bat'),
    'a page with scripts': script('page.hta'),
    'an encoded script': script('encoded.vbe'),
    'a command': script('command.txt'),
    'a program as numbers': script('numbers.ps1'),
    'letters as numbers': latin1('var a = this["\\x61\\x6c\\x65\\x72\\x74"]'),
    'JScript in pieces': latin1(`x = new this["Act"+"iveX"+'Obj' + 'ect']('a')`),
    'VBScript in pieces': latin1('Set a = Get("win" & "mgm" & "ts")'),
    'characters that are run': latin1('Execute ChrW(67) & ChrW(114)'),
    'characters of VBA': latin1('x = Chr$(67) + Chr$(114)'),
    'digits of a program in lines': latin1('s = s & "4d5a90000300000004"\r\ns = s & "000000ffff0000b8"'),
    'digits of a program in PowerShell': latin1("$s += '4D5A9000'"),
    'code as numbers': latin1('[Byte[]] $buf = 0xfc,0x01,0x89'),
    'code as numbers of C#': latin1('byte[] buf = new byte[3] { 0xfc,0xe8,0x89 };'),
    'a declaration of VBA': latin1('Private Declare Function VirtualAlloc Lib "kernel32"'),
    'a batch file that decodes': script('echoed.bat'),
    'one that says nothing else': latin1('echo AAAA>>a.b64\r\ncertutil -decode a.b64 a.exe'),
    'PowerShell with carets': latin1('cmd /c pow^ershell -^ec AAAA'),
    'a batch file with variables': script('batch_powershell.bat'),
    'text with a mark of UTF-8': Buffer.from('\ufeffpowershell.exe'),
  },
  {
    'a program that names PowerShell': Buffer.concat([
      sample('pe32.exe'),
      latin1('powershell CreateObject('),
    ]),
    'an ELF program that names it': Buffer.concat([sample('elf64_dyn'), latin1('powershell')]),
    'a zip that names it': Buffer.concat([latin1('PK\x03\x04\x14\0'), latin1('powershell')]),
    'a PDF that names it': latin1('%PDF-1.7\n% what powershell is'),
    'other text': latin1('A sentence about shells, characters and objects.'),
    'a table of numbers': latin1('static const unsigned char t[] = { 0xfc, 0x01, 0x02, 0x52, 232, 137 };'),
    'text about digits': latin1('A program begins with 4D5A, which is MZ.'),
    'one piece': latin1('A sentence with "one"+"mark" in it.'),
    'a table': latin1('"name","rock & roll"\n"a & b",1 + 2,[1](2)\n'),
  },
)
const named = sample('gz_text.txt.gz')
ruleHits(
  'gzip_inside',
  {
    'a stream in a program': Buffer.concat([sample('pe32.exe'), gzipSync('text')]),
    'a stream with a name': Buffer.concat([latin1('resource'), named]),
  },
  {
    'a gzip file': named,
    'gzip files in an archive': Buffer.concat([sample('tar_plain.tar'), named]),
    'a zip with a gzip file, stored': Buffer.concat([sample('zip_stored.zip'), named]),
    'a header with flags that nobody sets': latin1('..\x1f\x8b\x08\xe0\0\0\0\0\0\x03'),
    noise: sample('random_4k.bin'),
  },
)
ruleHits(
  'zlib_file',
  {
    'a stream of each level': deflateSync('text', { level: 9 }),
    'a stream of level 1': deflateSync('text', { level: 1 }),
    'a hidden file of Office': Buffer.concat([
      latin1('ActiveMime\0\0\x01\xf0'.padEnd(50, '\0')),
      deflateSync('text'),
    ]),
  },
  {
    'a picture': sample('png_plain.png'),
    'a PDF': sample('pdf_text.pdf'),
    'a header before what is no block': latin1('x\x9c\xff\xff'),
    'a stream that begins later': Buffer.concat([latin1('.'), deflateSync('text')]),
  },
)
const large = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(40_000)])
ruleHits(
  'zlib_inside',
  {
    'a stream in zeros': placed(40_000, [100, deflateSync('text')]),
    noise: Buffer.concat(Array(8).fill(sample('random_4k.bin'))),
  },
  {
    'a text': latin1('a text of some length that holds no byte that no text has\n'.repeat(700)),
    'a text in UTF-8': Buffer.from(
      'Текст из букв, которых нет в ASCII, и немного длиннее чем надо.\n'.repeat(700),
    ),
    'a zlib stream, which has another rule': large(deflateSync(sample('random_4k.bin'))),
    'a program': large(sample('pe32.exe')),
    'a picture': large(sample('png_plain.png')),
    'a zip': large(sample('zip_plain.zip')),
    'a compound file': large(sample('ole_root_only.doc')),
    'a module of Erlang': placed(40_000, [0, latin1('FOR1\0\0\x02\x50BEAM')]),
    'less than 32 KB': placed(32_767, [100, deflateSync('text')]),
  },
)
ruleHits(
  'dotnet_deflate',
  { 'how .NET begins': hex('EDBD07601C499625262F6DCA7B7F4AF54AD7E074A10880601324D8904010') },
  { 'another beginning': hex('EDBD07601C499624'), 'a zlib stream': deflateSync('text') },
)
test('programs under a XOR key are found with their key', () => {
  assert.deepEqual(hits(sample('xor1_ff.bin')), ['xor_This_program_key_255'])
  assert.ok(!hits(latin1('This program cannot be run in DOS mode')).some(rule => rule.startsWith('xor_')))
})

const gpg = (name: string) => golden(`extractor/gpg/${name}`)
ruleHits(
  'pgp_armor',
  {
    'an armored message': sample('gpg_sym_armored.asc'),
    'one that a mail quotes': gpg('mail.eml'),
    'a text that is signed': gpg('clear.asc'),
  },
  {
    'a key': sample('gpg_testkey_secret.asc'),
    'a signature': gpg('detached.asc'),
    'a text about messages': latin1('BEGIN PGP MESSAGE is what it says'),
  },
)
ruleHits(
  'pgp_message',
  {
    'a message for a password': sample('gpg_sym_default.gpg'),
    'a message for a key': sample('gpg_pubkey.gpg'),
    'a message for an elliptic curve': gpg('pub_two.gpg'),
    'a signed message': gpg('signed.gpg'),
    'a compressed message': gpg('stored.gpg'),
    'two of them': gpg('two.gpg'),
    'a compressed message without a length': hex('A301 5BA396C4'),
    'a literal': hex('CB 0C 62 01 61 00000000 68656C6C 6F'),
    'a literal in pieces': gpg('pieces.gpg'),
    'a one-pass signature': hex('900D 03 00 0A 01 FA4BF5905DE397B1 01 AC 00'),
  },
  {
    'a public key': hex('98 33 04 66AA55EE 16'),
    'a JPEG': sample('jpg_pe.jpg'),
    'a literal that goes on elsewhere': hex('CB 0C 62 01 61 00000000 68656C6C 6F 00'),
    'one byte': hex('8C'),
    'a packet of an unknown version': hex('8C 0D 09 09 03 08 0000000000000000 FF'),
  },
)
