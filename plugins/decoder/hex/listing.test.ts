import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeListing } from './listing.ts'

const golden = new URL('../../../test/golden/decoder/hex/', import.meta.url)

function read(text: string, most = 1e6) {
  const found = decodeListing(Buffer.from(text, 'latin1'), most)
  return found && { ...found, content: Buffer.from(found.content).toString('latin1') }
}

/** As xxd writes them, or hexdump -C. */
function list(bytes: Uint8Array, style: 'xxd' | 'hexdump'): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const line = Buffer.from(bytes.subarray(at, at + 16))
    const text = line.toString('latin1').replace(/[^ -~]/g, '.')
    const offset = at.toString(16).padStart(8, '0')
    const digits = line.toString('hex')
    if (style === 'xxd') lines.push(`${offset}: ${digits.replace(/.{4}/g, '$& ').trim().padEnd(39)}  ${text}`)
    else
      lines.push(
        `${offset}  ${digits
          .replace(/../g, '$& ')
          .replace(/^.{24}/, '$& ')
          .padEnd(50)}|${text}|`,
      )
  }
  if (style === 'hexdump') lines.push(bytes.length.toString(16).padStart(8, '0'))
  return `${lines.join('\n')}\n`
}

test('what xxd and hexdump list comes back, though the text beside it looks like digits', () => {
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('abcdef0123456789 |')))
  fc.assert(
    fc.property(
      fc.array(byte, { minLength: 1, maxLength: 100 }),
      fc.constantFrom('xxd', 'hexdump'),
      (bytes, style) => {
        const found = read(list(Uint8Array.from(bytes), style))
        assert.deepEqual(found, { content: Buffer.from(bytes).toString('latin1'), isCut: false })
      },
    ),
  )
})

test('od writes octal offsets, and numbers of two bytes with the low one first', () => {
  assert.equal(read('0000000 5a4d 0090 0003\n0000006\n')?.content, 'MZ\x90\0\x03\0')
  const line = '4d 5a 90 00 03 00 00 00 04 00 00 00 ff ff 00 00'
  assert.equal(read(`0000000 ${line}\n0000020 4d\n0000021\n`)?.content.length, 17)
})

test('certutil, Format-Hex, tcpdump and debug have forms of their own', () => {
  assert.equal(
    read(
      '0000\t4d 5a 90 00 03 00 00 00  04 00 00 00 ff ff 00 00   MZ..............\r\n0010\t4d 5a          MZ',
    )?.content.length,
    18,
  )
  assert.equal(
    read('\n           Path: C:\\a.exe\n\n           00 01 02 03\n\n00000000   4D 5A 90 00  MZ..\n')?.content,
    'MZ\x90\0',
  )
  assert.equal(
    read(
      '\t0x0000:  4500 003c 1c46 4000 4006 b1e6 ac10 0a63  E..<.F@.@......c\n\t0x0010:  ac10 0a0c                                ....',
    )?.content.length,
    20,
  )
  assert.equal(
    read('00000100  4D 5A 90 00 03 00 00 00-04 00 00 00 FF FF 00 00   MZ......\n00000110  4D\n')?.content
      .length,
    17,
  )
})

test('a star stands for lines that are alike', () => {
  const line = '41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41  |AAAAAAAAAAAAAAAA|'
  const found = read(`00000000  ${line}\n*\n00000045  42\n00000046\n`)
  assert.equal(found?.content, `${'A'.repeat(0x45)}B`)
})

test('no more is made than was asked for, however much a star stands for', () => {
  const line = '00000000  41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41\n'
  const begin = process.cpuUsage()
  for (const end of ['fffffff0', 'ffffffffffffffff']) {
    const found = decodeListing(Buffer.from(`${line}*\n${end}\n`), 1000)
    assert.deepEqual([found?.content.length, found?.isCut], [1000, true])
  }
  assert.ok(process.cpuUsage(begin).user < 500_000)
})

test('a line without bytes is not repeated', () => {
  const line = '00000000  41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41\n'
  assert.equal(read(`${line}00000010\n*\n00000040\n`)?.content.length, 16)
})

test('a damaged listing gives what comes before the damage, and says so', () => {
  const [first, second, third] = list(Buffer.alloc(48, 'x'), 'xxd').split('\n')
  const part = 'x'.repeat(32)
  assert.deepEqual(read(`${first}\n${second}\nno line\n${third}`), {
    content: part,
    isCut: false,
    damaged: 'a line that is none of a listing',
  })
  assert.equal(read(`${first}\n${second}\n${first}`)?.damaged, 'offsets that do not rise')
  assert.equal(read(`${first}\n${second?.slice(0, 20)}\n${third}`)?.damaged, 'a line of too few bytes')
})

test('a text of another kind is no listing', () => {
  for (const text of [
    '',
    'text',
    '4d5a9000 03000000\n04000000 ffff0000\n',
    'beef be ad\nfeed fa ce\n',
    'x\n'.repeat(20) + '00000000: 4d\n',
  ])
    assert.equal(read(text), null, text)
})

test('what the programs themselves wrote is read', () => {
  for (const name of ['program.xxd', 'program.hexdump', 'program.od'])
    assert.equal(read(readFileSync(new URL(name, golden), 'latin1'))?.content.slice(0, 2), 'MZ', name)
})
