import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { Budget, type BudgetLimits, type PluginContext } from 'stoq'
import { Base64Decoder } from './b64.ts'

const plugin = new Base64Decoder()
const program = readFileSync(new URL('../../../test/parity/samples/pe32.exe', import.meta.url))
const text = program.toString('base64')
/** Its Base64 ends without padding. */
const unpadded = program.subarray(0, 4095)

function context(limits: Partial<BudgetLimits> = {}): PluginContext {
  const usual = { max_recursion: 3, max_children: 100, max_bytes: 2 ** 30, max_time: 60, max_plugin_time: 60 }
  return { budget: new Budget({ ...usual, ...limits }), signal: new AbortController().signal }
}

type Found = [offset: number, content: Buffer]

function find(payload: Uint8Array | string, given = context()): Found[] {
  const answer = plugin.decode(Buffer.from(payload as string), { embedded: 'True' }, given)
  const found: Found[] = []
  for (const [{ offset, size }, content] of (answer ?? []) as Iterable<
    [{ offset: number; size: number }, Uint8Array]
  >) {
    assert.equal(size, content.length)
    assert.ok(given.budget.takeChild(size))
    found.push([offset, Buffer.from(content)])
  }
  return found
}

function wrap(line: string, width: number, end = '\r\n'): string {
  return (line.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(end)
}

function assertFound(payload: string, content: Uint8Array): void {
  const begin = payload.indexOf('TVqQ')
  const [found, ...others] = find(payload)
  assert.ok(found, `nothing in ${payload.slice(0, 40)}`)
  assert.equal(found[0], begin)
  assert.deepEqual(found[1], Buffer.from(content))
  assert.deepEqual(others, [])
}

test('a program is found in text, script, XML and JSON', () => {
  assertFound(`a = "${text}";\nrun(a)`, program)
  assertFound(`<a>\n    ${wrap(text, 76, '\n    ')}\n</a>`, program)
  assertFound(JSON.stringify({ file: wrap(text, 60) }).replaceAll('/', '\\/'), program)
  assertFound(
    `certutil -decode %0 a.exe\r\n-----BEGIN CERTIFICATE-----\r\n${wrap(text, 64)}\r\n-----END`,
    program,
  )
})

test('a program is found in a program, whatever stands before it', () => {
  const payload = Buffer.concat([program, Buffer.from(`abc${text}\0def`)])
  assert.deepEqual(find(payload), [[program.length + 3, program]])
})

test('the text may be UTF-16 of either order, and may be in lines', () => {
  const wide = Buffer.from(`x = "${wrap(text, 70)}"`, 'utf16le')
  assert.deepEqual(find(wide), [[10, program]])
  assert.deepEqual(find(Buffer.from(wide).swap16())[0]?.[1], program)
})

test('the alphabet may be the one for URLs', () => {
  assertFound(`/?file=${program.toString('base64url')}&x=1`, program)
})

test('what follows the text is no part of it: padding, a border, a shorter line, a word that breaks the groups', () => {
  const lines = wrap(unpadded.toString('base64'), 64, '\n')
  assertFound(`${wrap(text, 64)}\r\nabcd\r\n`, program)
  assertFound(`${lines}\n-----END CERTIFICATE-----\n`, unpadded)
  assertFound(`${lines}\nNext\nWend\n`, unpadded)
  assertFound(`${unpadded.toString('base64')}\nEnd\n`, unpadded)
  assertFound(`${lines}\n\nabcd`, unpadded)
})

test('whatever surrounds a file and however it is wrapped, it comes back', () => {
  const filler = fc.stringMatching(/^[ !-~]{0,40}$/).map(words => `${words}"`)
  const content = fc
    .uint8Array({ minLength: 60, maxLength: 400 })
    .map(tail => Buffer.concat([Buffer.from('Rar!\x1a\x07'), tail]))
  fc.assert(
    fc.property(
      filler,
      content,
      fc.integer({ min: 16, max: 200 }),
      fc.boolean(),
      (before, file, width, isWide) => {
        const payload = `${before}${wrap(file.toString('base64'), width, '\n')}"`
        const found = find(Buffer.from(payload, isWide ? 'utf16le' : 'latin1'))
        assert.ok(
          found.some(([offset, bytes]) => offset === before.length * (isWide ? 2 : 1) && bytes.equals(file)),
        )
      },
    ),
  )
})

test('each known beginning is found, and what only looks like one is not', () => {
  const rest = Buffer.alloc(60, 0x41)
  const known = [
    '504b030414000000',
    'd0cf11e0a1b11ae1',
    '255044462d',
    '7b5c7274',
    '1f8b0800000000000203',
    '377abcaf271c',
    '526172211a07',
    '4d53434600000000',
    'fd377a585a00',
    '425a683931415926',
    '7f454c46020101',
    'cffaedfe07000001',
    'cafebabe00000034',
    '4c0000000114020000',
    'e4525c7b8cd8a74d',
    '4163746976654d696d65',
  ]
  const unknown = [
    '504b0304ffff',
    'd0cf11e0',
    '89504e470d0a1a0a',
    'ffd8ffe0',
    '1f8b08ff00000000ff',
    '4d5a9000',
    '7f454c46ffffff',
  ]
  const isFound = (digits: string) =>
    find(`"${Buffer.concat([Buffer.from(digits, 'hex'), rest]).toString('base64')}"`).length > 0
  assert.deepEqual(
    known.filter(digits => !isFound(digits)),
    [],
  )
  assert.deepEqual(unknown.filter(isFound), [])
})

test('pages and scripts are found as text, other text is not', () => {
  const padding = ' '.repeat(60)
  const encode = (content: string, encoding: BufferEncoding = 'latin1') =>
    `x=${Buffer.from(content + padding, encoding).toString('base64')}`
  for (const page of [
    '<SCRIPT>',
    '<?xml version="1.0"?>',
    '<!DOCTYPE html>',
    '#!/bin/sh\n',
    'IEX (New-Object Net.WebClient)',
  ])
    assert.equal(find(encode(page)).length, 1, page)
  assert.equal(find(encode('$a = New-Object IO.MemoryStream', 'utf16le')).length, 1)
  assert.equal(find(encode('a letter to a friend, which is of no interest')).length, 0)
})

test('a text that is cut short gives what it holds', () => {
  for (const length of [700, 701, 702, 703]) {
    const [found] = find(text.slice(0, length))
    assert.deepEqual(found?.[1], program.subarray(0, Math.floor(length * 0.75)))
  }
})

test('less than the minimum is left alone', () => {
  const short = Buffer.from('%PDF-1.4'.padEnd(45, 'x')).toString('base64')
  assert.deepEqual(find(`"${short}"`), [])
  assert.equal(find(`"${short}${short}"`).length, 1)
  assert.equal(plugin.decode(Buffer.from('no Base64 at all'), { embedded: true }, context()), null)
})

test('the parts of a mail are left to the plugin for mail, what else looks like one is not', () => {
  const part = `Content-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${wrap(text, 76)}\r\n`
  const mail = `From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n${part}--x--\r\n`
  assert.deepEqual(find(mail), [])
  assert.deepEqual(find(`\ufeff\r\n${mail}`), [])
  assert.deepEqual(find(mail.replaceAll('\n', '')), [])
  assert.deepEqual(find(mail.replaceAll('\r', '')), [])
  assert.equal(find(`${mail}<script>"${text}"</script>`).length, 1)
  assert.equal(find(`/* a script */\r\n${part}`).length, 1)
})

test('the budget says how much may come', () => {
  const payload = `"${text}" "${unpadded.toString('base64')}" "${text}"`
  const few = context({ max_bytes: 9000 })
  assert.equal(find(payload, few).length, 2)
  const small = context({ max_bytes: 4000 })
  assert.deepEqual(find(payload, small), [])
  assert.deepEqual(
    small.budget.truncated.map(({ limit }) => limit),
    ['max_bytes'],
  )
  const one = context({ max_children: 0 })
  assert.deepEqual(find(payload, one), [])
  assert.deepEqual(
    one.budget.truncated.map(({ limit }) => limit),
    ['max_children'],
  )
})

test('megabytes made of beginnings, lines and blanks are read in a moment', () => {
  for (const piece of [
    'TVqQ',
    'TVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAA',
    'A\n',
    'A   ',
    'A\\n',
    'A\n\n',
    '-',
    'UEsDB',
    'A\0',
  ]) {
    const payload = Buffer.alloc(2 << 20, piece)
    const begin = process.cpuUsage()
    find(payload)
    assert.ok(process.cpuUsage(begin).user < 2_000_000, piece)
  }
})
