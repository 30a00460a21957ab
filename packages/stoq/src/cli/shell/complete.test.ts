import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { completeLine } from './complete.ts'
import type { Session } from './session.ts'

const folder = mkdtempSync(join(tmpdir(), 'stoq-complete-'))
after(() => rmSync(folder, { recursive: true, force: true }))
mkdirSync(join(folder, 'sub folder'))
for (const name of ['one.bin', 'one "two".bin', '.hidden', 'evil\x1b[2J'])
  writeFileSync(join(folder, name), '')

const plugin = { category: 'decoder', name: 'xor', options: { rounds: '1' } }
const stoq = { discovery: { plugins: [plugin] }, getPluginsOfCategory: () => [plugin] }
const session = { stoq, payload: null } as unknown as Session

const offered = async (line: string) => (await completeLine(session, line))[0]

test('the first word is a command', async () => {
  assert.deepEqual(await completeLine(session, 'lo'), [['load '], 'lo'])
  assert.deepEqual(await offered('st'), ['strings '])
  assert.deepEqual(await offered('nosuch x'), [])
})

test('kinds and plugins follow, and what goes on gets no blank', async () => {
  assert.deepEqual(await offered('load dec'), ['decoder', 'decorator'])
  assert.deepEqual(await offered('run decoder x'), ['xor '])
  assert.deepEqual(await offered('run decoder xor r'), ['rounds='])
  assert.deepEqual(await offered('run decoder xor rounds=1 '), ['rounds='])
  assert.deepEqual(await offered('set decoder.xor.'), ['decoder.xor.rounds '])
})

test('paths are written as they have to be typed', async () => {
  assert.deepEqual(await completeLine(session, `read ${folder}/sub`), [
    [`${folder}/sub\\ folder/`],
    `${folder}/sub`,
  ])
  assert.deepEqual(await offered(`read "${folder}/sub`), [`"${folder}/sub folder/`])
  assert.deepEqual(await offered(`read ${folder}/one\\ `), [`${folder}/one\\ \\"two\\".bin `])
  assert.deepEqual(await offered(`read "${folder}/one.`), [`"${folder}/one.bin" `])
  assert.deepEqual(await offered(`read ${folder}/.h`), [`${folder}/.hidden `])
})

test('names that would steer the terminal are not offered, nor what is not there', async () => {
  assert.deepEqual(await offered(`ls ${folder}/e`), [])
  assert.deepEqual(await offered(`ls ${folder}/nosuch/`), [])
  assert.equal((await offered(`ls ${folder}/`)).length, 3)
})
