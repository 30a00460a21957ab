import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseIni } from './ini.ts'

interface Vector {
  name: string
  text: string
  sections?: [string, [string, string][]][]
  error?: string
  line?: number
}

/** Texts with the answers of Python 3.11's ConfigParser. */
const vectors: Vector[] = JSON.parse(readFileSync(new URL('ini.vectors.json', import.meta.url), 'utf8'))

const plain = (text: string) => [...parseIni(text, 'x.stoq')].map(([name, options]) => [name, [...options]])

const failsWith = (text: string, message: RegExp) =>
  assert.throws(() => parseIni(text, 'x.stoq'), { name: 'StoqError', code: 'STOQ_CONFIG_SYNTAX', message })

describe('INI text is read as ConfigParser reads it', () => {
  for (const { name, text, sections } of vectors.filter(vector => vector.sections)) {
    test(name, () => assert.deepEqual(plain(text), sections))
  }
  for (const { name, text, line } of vectors.filter(vector => vector.error)) {
    test(`${name} is an error`, () =>
      failsWith(text, line ? new RegExp(`^x\\.stoq: line ${line}: `) : /^x\.stoq: line \d+: /))
  }
})

describe('faults say where and what to do', () => {
  test('a word alone', () =>
    failsWith('[s]\na = 1\nword\n', /^x\.stoq: line 3: 'word' is not an option; write name = value$/))
  test('an option twice', () =>
    failsWith('[s]\na = 1\na = 2', /line 3: option 'a' is there twice; remove one/))
  test('a section twice', () => failsWith('[s]\n[s]', /line 2: section \[s\] is there twice; join the two/))
  test('text before the first section', () => failsWith('\na = 1', /line 2: .*\[options\]/))
  test('an unknown reference', () =>
    failsWith('[s]\n\na = %(nope)s', /line 3: %\(nope\)s names no option.*%%\(nope\)s/))
  test('a circle of references', () => failsWith('[s]\na = 1\nb = %(b)s', /line 3: .*refers to itself/))
  test('a long line is shown in part', () => failsWith(`[s]\n${'x'.repeat(1e6)}`, /^.{1,150}$/))
})

describe('a percent sign that introduces nothing is text', () => {
  const value = (text: string) => parseIni(`[s]\nb = 1\na = ${text}`, 'x').get('s')?.get('a')
  test('in a date format', () => assert.equal(value('%Y/%m/%d'), '%Y/%m/%d'))
  test('at the end', () => assert.equal(value('100%'), '100%'))
  test('beside doubled ones and references', () => assert.equal(value('50% %% %(b)s %'), '50% % 1 %'))
  test('before a name that is not closed', () => assert.equal(value('%(b) %(b'), '%(b) %(b'))
})

describe('hostile text', () => {
  test('a byte order mark at the start is ignored', () =>
    assert.deepEqual(plain('\uFEFF[s]\na = 1'), [['s', [['a', '1']]]]))
  test('a value of ten million characters is read', () => {
    assert.equal(
      parseIni(`[s]\na = ${'x '.repeat(5e6)}y`, 'x')
        .get('s')
        ?.get('a')?.length,
      10_000_001,
    )
  })
  test('a million blanks inside a line cost no more than a million letters', () => {
    assert.equal(parseIni(`[s]\na${' '.repeat(1e6)}b = 1${' '.repeat(1e6)}2`, 'x').get('s')?.size, 1)
  })
  test('a million open references are text', () => {
    assert.equal(
      parseIni(`[s]\na = ${'%('.repeat(1e6)}`, 'x')
        .get('s')
        ?.get('a')?.length,
      2e6,
    )
  })
  test('references that multiply are stopped', () => {
    const ten = (name: string) => `%(${name})s`.repeat(10)
    const steps = Array.from({ length: 8 }, (_, index) => `a${index} = ${ten(`a${index + 1}`)}`)
    failsWith(`[s]\n${steps.join('\n')}\na8 = x`, /grows too large/)
  })
  test('references to nothing that multiply are stopped', () => {
    const steps = Array.from({ length: 8 }, (_, index) => `a${index} = ${`%(a${index + 1})s`.repeat(10)}`)
    failsWith(`[s]\n${steps.join('\n')}\na8 =`, /grows too large/)
  })
  test('any text is read or refused with a StoqError', () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      '=',
      ':',
      '#',
      '%',
      '%(a)s',
      '\n',
      '\r',
      ' ',
      'a',
      '[s]\n',
      '\0',
      '\uFEFF',
    )
    fc.assert(
      fc.property(fc.array(pieces), parts => {
        try {
          parseIni(parts.join(''), 'x')
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'STOQ_CONFIG_SYNTAX')
        }
      }),
    )
  })
})

describe('what is written out is read back', () => {
  const line = fc.string({ unit: 'grapheme' }).map(text => text.replace(/[\r\n]/g, '').trim())
  const name = line.map(text =>
    text
      .toLowerCase()
      .replace(/[=:]/g, '')
      .replace(/^[#;[]+/, '')
      .trim(),
  )
  const option = fc.tuple(
    name.filter(text => text !== '' && text.toLowerCase() === text && !/^[#;[]/.test(text)),
    fc.array(line.map(text => text.replace(/^[#;]+/, '').trim())).map(lines => lines.join('\n').trimEnd()),
  )
  const model = fc.uniqueArray(
    fc.tuple(
      line.filter(text => text !== '' && text !== 'DEFAULT'),
      fc.uniqueArray(option, { selector: ([key]) => key }),
    ),
    { selector: ([section]) => section },
  )
  const writeOption = ([key, value]: [string, string]) =>
    `${key} = ${value.replaceAll('%', '%%').replaceAll('\n', '\n    ')}\n`

  test('for any sections and options', () => {
    fc.assert(
      fc.property(model, fc.constantFrom('\n', '\r\n', '\r'), (sections, newline) => {
        const text = sections
          .map(([section, options]) => `[${section}]\n${options.map(writeOption).join('')}`)
          .join('\n')
        assert.deepEqual(plain(text.replaceAll('\n', newline)), sections)
      }),
      { numRuns: 500 },
    )
  })
})
