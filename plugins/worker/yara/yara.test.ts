import assert from 'node:assert/strict'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openScratch } from 'stoq/testing'
import type { YaraHit, YaraWorker } from './yarascan.ts'

const rules = `rule hello : greet { meta: author = "me" weight = 3 flag = true strings: $a = "hello" $b = { 00 ff } condition: any of them }
private rule hidden { condition: true }`

/** The worker with rules of its own, in a scratch home. */
async function open(text = rules) {
  const scratch = openScratch({ plugin_options: { worker: { yara: { yararules: 'rules/own.yar' } } } })
  mkdirSync(join(scratch.home, 'rules'))
  const file = join(scratch.home, 'rules/own.yar')
  writeFileSync(file, text)
  const worker = (await scratch.stoq.loadPlugin('yara', 'worker')) as unknown as YaraWorker
  const scan = async (payload: string): Promise<YaraHit[] | undefined> =>
    (await worker.scan(Buffer.from(payload, 'latin1'), {}))?.[0]
  return { scratch, worker, scan, file }
}

test('a match has the keys of v1: rule, namespace, tags, typed meta, strings with offset, name and bytes', async () => {
  const { scratch, scan } = await open()
  await using _ = scratch
  assert.deepEqual(await scan('say hello \x00\xff'), [
    {
      matches: true,
      rule: 'hello',
      namespace: 'default',
      tags: ['greet'],
      meta: { author: 'me', weight: 3, flag: true },
      strings: [
        [4, '$a', 'hello'],
        [10, '$b', '\\x00\\xff'],
      ],
    },
  ])
})

test('nothing is null, so that the document says so', async () => {
  const { scratch, worker } = await open()
  await using _ = scratch
  assert.equal(await worker.scan(Buffer.from('nothing'), {}), null)
  assert.equal(await worker.scan(null, {}), null)
})

test('a message may name other rules for its payload, held to the paths that stoQ may read', async () => {
  const { scratch, worker } = await open()
  await using _ = scratch
  writeFileSync(join(scratch.home, 'other.yar'), 'rule other { condition: true }')
  const hits = await worker.scan(Buffer.from('x'), { yararules: 'other.yar' })
  assert.equal(hits?.[0]?.[0]?.rule, 'other')
  await assert.rejects(async () => worker.scan(Buffer.from('x'), { yararules: '/etc/hostname' }), {
    code: 'STOQ_SOURCE_FORBIDDEN',
  })
})

test('rules that do not compile are a failed load that names file and line', async () => {
  await assert.rejects(open('rule a { condition: true }\nrule b { condition: nosuch }'), {
    code: 'STOQ_DISPATCH_RULES',
    message: /own\.yar:2: /,
  })
})

test('rules are read again when their file changes; broken ones leave the old ones in use', {
  timeout: 20_000,
}, async () => {
  const { scratch, scan, file } = await open()
  await using _ = scratch
  const replace = (text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  await sleep(50)
  replace('rule broken {')
  while (!scratch.log.some(line => line.includes('the rules in use stay'))) await sleep(20)
  assert.equal((await scan('hello'))?.[0]?.rule, 'hello')
  replace('rule fresh { condition: true }')
  while ((await scan('hello'))?.[0]?.rule !== 'fresh') await sleep(20)
})

test('rules that messages name are compiled once for all spellings of a path, and again when the file changes', async () => {
  const { scratch, worker } = await open()
  await using _ = scratch
  const file = join(scratch.home, 'other.yar')
  const ruleOf = async (yararules: string) =>
    (await worker.scan(Buffer.from('x'), { yararules }))?.[0]?.[0]?.rule
  writeFileSync(file, 'rule other { condition: true }')
  const spellings = Array.from({ length: 20 }, (_, index) => `${'./'.repeat(index)}other.yar`)
  assert.deepEqual(new Set(await Promise.all(spellings.map(ruleOf))), new Set(['other']))
  assert.equal(worker.rulesInUse, 2)
  writeFileSync(file, 'rule another { condition: true }')
  assert.equal(await ruleOf('other.yar'), 'another')
})

test('of the rules that messages name only the last four files are kept', async () => {
  const { scratch, worker } = await open()
  await using _ = scratch
  const names = Array.from({ length: 12 }, (_, index) => `r${index}`)
  for (const name of names)
    writeFileSync(join(scratch.home, `${name}.yar`), `rule ${name} { condition: true }`)
  const ruleOf = async (name: string) =>
    (await worker.scan(Buffer.from('x'), { yararules: `${name}.yar` }))?.[0]?.[0]?.rule
  assert.deepEqual(await Promise.all(names.map(ruleOf)), names)
  for (const name of names) assert.equal(await ruleOf(name), name)
  assert.equal(worker.rulesInUse, 5)
})

test('rules that do not compile are told to every message that names them', async () => {
  const { scratch, worker } = await open()
  await using _ = scratch
  writeFileSync(join(scratch.home, 'bad.yar'), 'rule a {')
  for (let time = 0; time < 2; time++) {
    await assert.rejects(worker.scan(Buffer.from('x'), { yararules: 'bad.yar' }), {
      code: 'STOQ_DISPATCH_RULES',
    })
  }
  assert.equal(worker.rulesInUse, 1)
  await assert.rejects(worker.scan(Buffer.from('x'), { yararules: '/nosuch.yar' }), {
    code: 'STOQ_SOURCE_FORBIDDEN',
  })
})
