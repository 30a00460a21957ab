import { readFileSync } from 'node:fs'
import type { SampleSources } from 'stoq/testing'

const parity = new URL('../../../test/parity/samples/', import.meta.url)
const program = readFileSync(new URL('pe32.exe', parity)).subarray(0, 2048)
const text = program.toString('base64')
const wrap = (width: number, end: string) => text.match(new RegExp(`.{1,${width}}`, 'g'))?.join(end) ?? ''
const latin1 = (content: string) => Buffer.from(content, 'latin1')
const embedded = (content: Uint8Array | string) => ({
  content: typeof content === 'string' ? latin1(content) : content,
  kwargs: { embedded: 'True' },
})

const shell = `#!/bin/sh\n# unpacks itself\nbase64 -d <<END > a\n${wrap(76, '\n')}\nEND\n`
const command = Buffer.from('$client = New-Object Net.WebClient # fetches nothing', 'utf16le')
const mail = [
  'From: a@example.org',
  'MIME-Version: 1.0',
  'Content-Type: application/octet-stream; name=a.exe',
  'Content-Transfer-Encoding: base64',
  '',
  wrap(76, '\r\n'),
].join('\r\n')

/** Base64 gives less than it takes: many small files in one payload stand for the bomb. */
export const samples: SampleSources = {
  'script.js.masked': embedded(`var payload = "${text}";\nrun(payload);\n`),
  'certutil.bat.masked': embedded(
    `certutil -decode "%~f0" a.exe\r\n-----BEGIN CERTIFICATE-----\r\n${wrap(64, '\r\n')}\r\n-----END CERTIFICATE-----\r\n`,
  ),
  'program_in_program.exe': embedded(Buffer.concat([program, latin1(`resource${text}\0\0end`)])),
  'utf16_in_program.exe': embedded(Buffer.concat([program, Buffer.from(`\0${text}\0`, 'utf16le')])),
  'document.xml': embedded(`<?xml version="1.0"?>\n<part>\n    ${wrap(76, '\n    ')}\n</part>\n`),
  'escaped.json': embedded(JSON.stringify({ file: wrap(60, '\r\n') }).replaceAll('/', '\\/')),
  'urlsafe.url': embedded(`http://example.org/?a=${program.toString('base64url')}&b=c`),
  'command.ps1.masked': embedded(`powershell -e ${command.toString('base64')}`),
  'nested.txt.masked': embedded(`echo ${Buffer.from(shell).toString('base64')} | base64 -d | sh\n`),
  'two_formats.pdf': embedded(
    `%PDF-1.4\n% ${text}\n${Buffer.from('%PDF-1.7'.padEnd(60)).toString('base64')}`,
  ),
  'picture.png': embedded(
    `<img src="data:image/png;base64,${Buffer.from('\x89PNG\r\n\x1a\n'.padEnd(90), 'latin1').toString('base64')}">`,
  ),
  'no_header.txt': embedded(`x = "${Buffer.concat([latin1('MZ'), Buffer.alloc(90)]).toString('base64')}"`),
  'cut_in_header.js': embedded(`var payload = "${text.slice(0, 160)}`),
  'cut_in_group.js': embedded(`var payload = "${text.slice(0, 1001)}`),
  'cut_in_line.bat': embedded(`-----BEGIN X-----\r\n${wrap(64, '\r\n').slice(0, 1000)}`),
  'part_of_mail.eml': embedded(mail),
  'many.txt': embedded(
    Array.from({ length: 30 }, (_, index) =>
      Buffer.from(`%PDF-1.${index}`.padEnd(48)).toString('base64'),
    ).join('\n\n'),
  ),
  'empty_embedded.txt': embedded(''),
  'whole.txt': latin1(wrap(76, '\n')),
  'twice.txt': latin1(Buffer.from(text).toString('base64')),
  'whole_cut.txt': latin1(text.slice(0, 1001)),
  'empty.txt': new Uint8Array(),
}
