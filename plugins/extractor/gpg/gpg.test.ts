import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { Budget, type Extracted, StoqError } from 'stoq'
import { askPlugin, openScratch, type Scratch } from 'stoq/testing'
import { armor, literal, packet, zipped } from './gpg.samples.ts'
import { Cut, Limits } from './limits.ts'

const golden = new URL('../../../test/golden/extractor/gpg/', import.meta.url)
const gpg_home = fileURLToPath(new URL('../../../test/fixtures/gpghome', import.meta.url))
const sample = (name: string) => readFileSync(new URL(name, golden))
const text = 'stoQ opens what it may.\n'
const note = Buffer.from('a note')

interface Asked {
  kwargs?: Record<string, unknown>
  options?: Record<string, unknown>
  limits?: Partial<{ max_children: number; max_bytes: number }>
}

async function ask(payload: Uint8Array, { kwargs = {}, options = {}, limits = {} }: Asked = {}) {
  await using scratch = openScratch({ plugin_options: { extractor: { gpg: { gpg_home, ...options } } } })
  const contents: string[] = []
  const plugin = await scratch.stoq.loadPlugin('gpg', 'extractor')
  const answer = await askPlugin(
    async function* (...words) {
      for await (const item of (await plugin.extract(...words)) as AsyncIterable<Extracted>) {
        contents.push(Buffer.from(item[1]).toString('latin1'))
        yield item
      }
    },
    payload,
    kwargs,
    { max_children: 1000, max_bytes: 2 ** 26, ...limits },
  )
  return { ...answer, contents, log: logOf(scratch) }
}

const logOf = ({ log }: Scratch) => log.join('\n')

test('messages under every cipher, compression and kind of key give their content', async () => {
  const names = [
    'sym_zip.gpg',
    'sym_zlib.gpg',
    'sym_bzip2.gpg',
    'sym_cast5_nomdc.gpg',
    'signed.gpg',
    'both.asc',
  ]
  for (const name of [...names, 'pub_two.gpg', 'pub_hidden.gpg'])
    assert.deepEqual((await ask(sample(name))).contents, [text], name)
})

test('a signed text is given as it was before it was signed', async () => {
  const { contents } = await ask(sample('clear.asc'))
  assert.deepEqual(contents, ['- a list\n-----BEGIN PGP MESSAGE-----\nno message\n'])
})

test('passphrases come from the options, archive_passwords and password_words', async () => {
  const payload = sample('sym_infected.asc')
  const given: Asked[] = [
    { options: { passphrase: 'infected' } },
    { options: { passphrase_list: ['no', 'infected'] } },
    { kwargs: { archive_passwords: 'no, infected' } },
    { kwargs: { archive_passwords: ['infected'] } },
    { kwargs: { password_words: ['Hello', 'infected'] } },
  ]
  for (const asked of given)
    assert.deepEqual((await ask(payload, asked)).contents, [text], JSON.stringify(asked))
})

test('a message that nothing opens is a fault that says what is missing', async () => {
  assert.match(
    (await ask(sample('sym_unknown.gpg'))).fault ?? '',
    /needs a passphrase, and none of 1 known ones/,
  )
  const without = { options: { gpg_home: 'nowhere/' } }
  assert.match((await ask(sample('pub_two.gpg'), without)).fault ?? '', /needs a secret key/)
})

test('a key that no passphrase unlocks is told in the log and left out', async () => {
  const { fault, log } = await ask(sample('pub_two.gpg'), { options: { passphrase: 'wrong' } })
  assert.match(fault ?? '', /needs a secret key/)
  assert.match(log, /key DABAE1C443E39F33 is left out: no passphrase unlocks it/)
})

test('secret_keyring may name a file anywhere', async () => {
  const options = { gpg_home: 'nowhere/', secret_keyring: `${gpg_home}/ecc.asc` }
  assert.deepEqual((await ask(sample('pub_two.gpg'), { options })).contents, [text])
})

test('what comes before damage is given, and the damage is told', async () => {
  const whole = zipped(literal('', note))
  const cut = literal('', Buffer.from('the end is missing')).subarray(0, 20)
  const { contents, fault } = await ask(Buffer.from(armor(Buffer.concat([whole, cut]))))
  assert.deepEqual(contents, ['a note', 'the end '])
  assert.match(fault ?? '', /cut short/)
})

test('keys, signatures, text and noise are no messages', async () => {
  const payloads = [sample('public.asc'), sample('detached.asc'), Buffer.from('text'), Buffer.alloc(0)]
  for (const payload of [...payloads, Buffer.alloc(4096, 0xcb), Buffer.alloc(4096, 0x8c)])
    assert.deepEqual(await ask(payload), { found: null, contents: [], log: '' })
})

test('a bomb is cut where the budget ends, also in many messages', async () => {
  const bomb = sample('bomb.gpg')
  for (const payload of [bomb, Buffer.concat(Array(40).fill(bomb))]) {
    const { found, truncated } = await ask(payload, { limits: { max_bytes: 50_000_000 } })
    assert.equal(found, null)
    assert.deepEqual(truncated, ['max_bytes'])
  }
})

test('what is unfolded and gives nothing counts too', async () => {
  const nothing = zipped(packet(10, Buffer.alloc(9_000_000)))
  const { truncated } = await ask(Buffer.concat(Array(50).fill(nothing)), {
    limits: { max_bytes: 50_000_000 },
  })
  assert.deepEqual(truncated, ['max_bytes'])
})

test('no more messages are opened than children may come', async () => {
  const payload = Buffer.concat(Array.from({ length: 20 }, (_, index) => literal('', Buffer.from([index]))))
  const { found, truncated } = await ask(payload, { limits: { max_children: 3 } })
  assert.deepEqual([found?.length, truncated], [3, ['max_children']])
})

test('a million tiny packets and a thousand locks do not take long', async () => {
  const start = performance.now()
  await ask(Buffer.alloc(2_000_000, Buffer.from([0xca, 0])))
  const lock = sample('sym_unknown.gpg').subarray(0, 15)
  const data = sample('sym_unknown.gpg').subarray(15)
  await ask(Buffer.concat([...Array(1000).fill(lock), data]))
  assert.ok(performance.now() - start < 10_000)
})

test('a key that is made with more memory than is sensible is not made', async () => {
  const argon = packet(3, Buffer.from([4, 9, 4]), Buffer.alloc(16), Buffer.from([255, 4, 24]))
  const start = performance.now()
  const { fault } = await ask(Buffer.concat([argon, packet(18, Buffer.from([1]), Buffer.alloc(60))]))
  assert.match(fault ?? '', /needs a passphrase/)
  assert.ok(performance.now() - start < 2000)
})

test('attempts end before the time does', () => {
  const budget = new Budget({
    max_recursion: 3,
    max_children: 9,
    max_bytes: 9,
    max_time: 60,
    max_plugin_time: 60,
  })
  const limits = new Limits({ budget, signal: new AbortController().signal })
  for (let count = 0; count < 120; count++) limits.attempt(65_011_712)
  assert.throws(() => {
    for (let count = 0; count < 20; count++) limits.attempt(65_011_712)
  }, Cut)
  assert.equal(budget.truncated[0]?.limit, 'max_plugin_time')
})

test('any content comes back from any wrapping', async () => {
  const wrappings = fc.array(fc.constantFrom('zip', 'armor'), { maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), wrappings, async (content, how) => {
      const inner = how.includes('zip') ? zipped(literal('', content)) : literal('', content)
      const payload = how.includes('armor') ? Buffer.from(armor(inner)) : inner
      assert.deepEqual((await ask(payload)).contents, [Buffer.from(content).toString('latin1')])
    }),
    { numRuns: 30 },
  )
})

test('no damage brings about anything but a StoqError', async () => {
  const names = ['sym_zip.gpg', 'pub_two.gpg', 'both.asc', 'two.gpg', 'signed.gpg']
  const damage = fc.tuple(fc.constantFrom(...names), fc.nat(700), fc.nat(255))
  await fc.assert(
    fc.asyncProperty(damage, async ([name, at, value]) => {
      const payload = new Uint8Array(sample(name))
      payload[at % payload.length] = value
      // askPlugin throws what is no StoqError.
      await ask(payload).catch(error => assert.ok(error instanceof StoqError, String(error)))
    }),
    { numRuns: 40 },
  )
})
