import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compileRuleFiles, loadRuleFiles } from './load.ts'
import { readRuleText } from './rule-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-rules-'))
after(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

test('a file of rules is read as UTF-8, without its byte order mark', () => {
  assert.equal(readRuleText(write('utf8.yar', '\uFEFF// é')), '// é')
})

test('bytes of a file in another encoding mean in patterns what they are', async () => {
  const path = write(
    'latin1.yar',
    Buffer.from('// \xe9\nrule a { strings: $a = "caf\xe9" condition: $a }', 'latin1'),
  )
  const rules = await compileRuleFiles([path])
  assert.deepEqual(rules.faults, [])
  assert.equal(rules.scan(Buffer.from('caf\xe9', 'latin1')).length, 1)
  assert.equal(rules.scan(Buffer.from('café', 'utf8')).length, 0)
})

test('a file that cannot be read is a fault, the others are read', () => {
  const good = write('good.yar', 'rule a { condition: true }')
  const missing = join(folder, 'missing.yar')
  const { sources, faults } = loadRuleFiles([missing, good, folder])
  assert.deepEqual(sources, [{ name: good, text: 'rule a { condition: true }', directory: folder }])
  assert.deepEqual(
    faults.map(({ source, line }) => [source, line]),
    [
      [missing, 0],
      [folder, 0],
    ],
  )
  assert.deepEqual(
    faults.map(({ reason }) => reason),
    ['no such file', 'not a regular file'],
  )
})

test('files that cannot be read and files that do not compile are told together', async () => {
  const good = write('fine.yar', 'rule a { condition: true }')
  const bad = write('bad.yar', '\nrule b { condition: c }')
  const missing = join(folder, 'nowhere.yar')
  const rules = await compileRuleFiles([good, bad, missing])
  assert.deepEqual(
    rules.faults.map(({ source, line }) => [source, line]),
    [
      [missing, 0],
      [bad, 2],
    ],
  )
  assert.equal(rules.usable.length, 1)
  assert.deepEqual(
    rules.scan(new Uint8Array()).map(match => match.rule),
    ['a'],
  )
  rules.close()
})
