import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import type { RuleFault } from './engine.ts'
import { type ExpandedSource, expandIncludes } from './includes.ts'
import { readRuleSource } from './rule-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-includes-'))
after(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

function expand(path: string): ExpandedSource {
  const expanded = expandIncludes(readRuleSource(path))
  assert.ok('text' in expanded)
  return expanded
}

function faultOf(path: string): RuleFault {
  const fault = expandIncludes(readRuleSource(path))
  assert.ok('reason' in fault)
  return fault
}

const names = ({ facts }: ExpandedSource) => facts.rules.map(rule => rule.name)

test('an included file is found relative to the file that includes it', () => {
  write('one/inner/b.yar', 'rule b { condition: true }')
  write('one/inner/a.yar', 'include "b.yar" rule a { condition: b }')
  const root = write('one/root.yar', 'include "inner/a.yar"\nrule root { condition: a }')
  assert.deepEqual(names(expand(root)), ['b', 'a', 'root'])
})

test('a file that two others include is taken once', () => {
  write('two/common.yar', 'rule common { condition: true }')
  write('two/a.yar', 'include "common.yar" rule a { condition: common }')
  write('two/b.yar', 'include "./common.yar" rule b { condition: common }')
  const root = write('two/root.yar', 'include "a.yar" include "b.yar"')
  assert.deepEqual(names(expand(root)), ['common', 'a', 'b'])
})

test('a file under two names is the same file', () => {
  const real = write('links/real.yar', 'rule real { condition: true }')
  symlinkSync(real, join(folder, 'links/link.yar'))
  const root = write('links/root.yar', 'include "real.yar" include "link.yar"')
  assert.deepEqual(names(expand(root)), ['real'])
})

test('every line knows the file and line it was written in', () => {
  const inner = write('lines/inner.yar', 'rule i1 { condition: true }\n\nrule i3 { condition: true }')
  const root = write(
    'lines/root.yar',
    '// 1\ninclude "inner.yar" rule r2 { condition: true }\nrule r3 { condition: true }',
  )
  const expanded = expand(root)
  const places = expanded.facts.rules.map(({ name, line }) => ({ name, ...expanded.locate(line) }))
  assert.deepEqual(places, [
    { name: 'i1', source: inner, line: 1 },
    { name: 'i3', source: inner, line: 3 },
    { name: 'r2', source: root, line: 2 },
    { name: 'r3', source: root, line: 3 },
  ])
})

test('a source without includes is left as it is', () => {
  const root = write('plain.yar', 'rule a { condition: true }')
  const expanded = expand(root)
  assert.equal(expanded.text, 'rule a { condition: true }')
  assert.deepEqual(expanded.locate(7), { source: root, line: 7 })
})

test('the word include in a comment or a text includes nothing', () => {
  const root = write(
    'words.yar',
    '// include "x.yar"\nrule a { meta: m = "include \\"x.yar\\"" condition: true }',
  )
  assert.deepEqual(names(expand(root)), ['a'])
})

test('a missing file is a fault of the line that includes it', () => {
  write('missing/inner.yar', 'rule x { condition: true }\ninclude "nowhere.yar"')
  const root = write('missing/root.yar', '\n\ninclude "inner.yar"')
  const fault = faultOf(root)
  assert.deepEqual([fault.source, fault.line], [join(folder, 'missing/inner.yar'), 2])
  assert.match(fault.reason, /^include "nowhere\.yar": .*ENOENT/)
})

test('a folder is no file of rules', () => {
  mkdirSync(join(folder, 'folder.yar'))
  assert.match(faultOf(write('dir.yar', 'include "folder.yar"')).reason, /not a regular file/)
})

test('files that include each other are a fault', () => {
  const a = write('circle/a.yar', 'include "b.yar"')
  const b = write('circle/b.yar', '\ninclude "a.yar"')
  const fault = faultOf(a)
  assert.deepEqual([fault.source, fault.line], [a, 1])
  assert.match(fault.reason, /includes itself/)
  assert.match(faultOf(b).reason, /includes itself/)
})

test('rules from memory may not include what they give no folder for', () => {
  const fault = expandIncludes({ name: 'inline', text: 'rule a { condition: true }\ninclude "a.yar"' })
  assert.ok('reason' in fault)
  assert.deepEqual([fault.source, fault.line], ['inline', 2])
})
