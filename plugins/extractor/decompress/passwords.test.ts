import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoqError } from 'stoq'
import { contents, makeWithSevenZip, makeZip, unpack } from './test-archives.ts'

const twoFiles = { 'a.txt': 'first', 'b.txt': 'second' }
const wrong = { kwargs: { archive_passwords: 'wrong, worse' } }
const locked: Record<string, (password: string) => Promise<Buffer>> = {
  ZipCrypto: password => makeWithSevenZip('e.zip', twoFiles, ['-mem=ZipCrypto', `-p${password}`]),
  'AES-128': password => makeWithSevenZip('e.zip', twoFiles, ['-mem=AES128', `-p${password}`]),
  'AES-256': password => makeWithSevenZip('e.zip', twoFiles, ['-mem=AES256', `-p${password}`]),
  'AES and PPMd': password =>
    makeWithSevenZip('e.zip', twoFiles, ['-mem=AES192', '-mm=PPMd', `-p${password}`]),
  '7z': password => makeWithSevenZip('e.7z', twoFiles, [`-p${password}`]),
  '7z, each file for itself': password => makeWithSevenZip('e.7z', twoFiles, ['-ms=off', `-p${password}`]),
  '7z with encrypted names': password => makeWithSevenZip('e.7z', twoFiles, ['-mhe=on', `-p${password}`]),
}
for (const [name, make] of Object.entries(locked)) {
  test(`${name}: a password of the list opens it and is told`, async () => {
    const { members, error } = await unpack(await make('infected'))
    assert.deepEqual(
      members.map(({ content }) => content.toString()),
      ['first', 'second'],
    )
    assert.deepEqual(
      members.map(({ meta }) => meta['password']),
      ['infected', 'infected'],
    )
    assert.equal(error, null)
  })

  test(`${name}: no password fits, so nothing comes, no empty file either, and that is told`, async () => {
    const { members, error } = await unpack(await make('secret'), wrong)
    assert.equal(members.length, 0)
    assert.equal(error?.code, 'STOQ_PLUGIN_FAILED')
    assert.match(error?.message ?? '', /needs? a password, and none of 2 known ones fits/)
  })
}

test('text with commas takes the place of the list, and blanks inside a password count', async () => {
  const zip = await makeWithSevenZip('e.zip', twoFiles, ['-ptwo words'])
  assert.deepEqual(await contents(zip, { kwargs: { archive_passwords: 'x, two words' } }), twoFiles)
})

test('a list of passwords may hold commas', async () => {
  const zip = await makeWithSevenZip('e.zip', twoFiles, ['-pone,two'])
  assert.deepEqual(await contents(zip, { kwargs: { archive_passwords: ['x', 'one,two'] } }), twoFiles)
})

test('a password may be beyond ASCII', async () => {
  const seven = await makeWithSevenZip('e.7z', twoFiles, ['-pgeheimnis-ü'])
  assert.deepEqual(await contents(seven, { kwargs: { archive_passwords: 'geheimnis-ü' } }), twoFiles)
})

test('a dash is a password like any other', async () => {
  assert.deepEqual(await contents(await makeWithSevenZip('e.zip', twoFiles, ['-p-'])), twoFiles)
})

test('what is not encrypted needs none and tells none', async () => {
  const { members } = await unpack(await makeWithSevenZip('p.7z', twoFiles), {
    kwargs: { archive_passwords: '' },
  })
  assert.deepEqual(
    members.map(({ meta }) => meta['password']),
    [undefined, undefined],
  )
})

test('members with passwords of their own are opened each', async () => {
  const [one, two] = await Promise.all(
    ['infected', 'password'].map(word => makeWithSevenZip('e.zip', twoFiles, [`-p${word}`])),
  )
  const { members, error } = await unpack(Buffer.concat([one ?? Buffer.alloc(0), two ?? Buffer.alloc(0)]))
  assert.deepEqual(members.map(({ meta }) => meta['password']).sort(), [
    'infected',
    'infected',
    'password',
    'password',
  ])
  assert.equal(error, null)
})

test('a plain member of an archive that stays locked is given', async () => {
  const closed = await makeWithSevenZip('e.zip', { 'b.txt': 'second' }, ['-psecret'])
  const { members, error } = await unpack(
    Buffer.concat([makeZip([{ name: 'a.txt', content: 'first' }]), closed]),
  )
  assert.deepEqual(
    members.map(({ meta }) => meta['filename']),
    ['a.txt'],
  )
  assert.ok(error instanceof StoqError)
})

for (const [name, make] of Object.entries(locked)) {
  test(`${name}: a word of the mail opens it, after the passwords that are known`, async () => {
    const { members, error } = await unpack(await make('Rechnung!'), {
      kwargs: { password_words: ['Dear', 'Sir,', 'Rechnung!', 'regards'] },
    })
    assert.deepEqual(
      members.map(({ content, meta }) => [content.toString(), meta['password']]),
      [
        ['first', 'Rechnung!'],
        ['second', 'Rechnung!'],
      ],
    )
    assert.equal(error, null)
  })
}

test('words are tried also where archive_passwords takes the place of the list', async () => {
  const kwargs = { archive_passwords: 'wrong', password_words: ['worse', 'right'] }
  assert.deepEqual(
    await contents(await makeWithSevenZip('e.zip', twoFiles, ['-pright']), { kwargs }),
    twoFiles,
  )
})

test('words that are no list of texts are passed over', async () => {
  const zip = await makeWithSevenZip('e.zip', twoFiles, ['-psecret'])
  for (const password_words of ['secret', { 0: 'secret' }, [null, 7, ['secret'], 'x'.repeat(10_000)]]) {
    const { error } = await unpack(zip, { kwargs: { password_words } })
    assert.match(error?.message ?? '', /none of 3 known ones fits$/)
  }
})

test('words end when their time is up, and how many were left is told', async () => {
  const seven = await makeWithSevenZip('e.7z', twoFiles, ['-psecret'])
  const password_words = Array.from({ length: 900 }, (_, index) => `word${index}`)
  const begin = performance.now()
  const { members, error } = await unpack(seven, {
    kwargs: { password_words },
    limits: { max_plugin_time: 3 },
  })
  assert.equal(members.length, 0)
  assert.ok(performance.now() - begin < 3000)
  const told = /none of (\d+) known ones fits; (\d+) words of the mail were left untried/.exec(
    error?.message ?? '',
  )
  assert.ok(told && Number(told[1]) > 3)
  assert.equal(Number(told[1]) + Number(told[2]), 3 + 900)
})

test('a plain archive is not held up by words', async () => {
  const kwargs = { password_words: Array.from({ length: 900 }, (_, index) => `word${index}`) }
  assert.deepEqual(await contents(await makeWithSevenZip('p.7z', twoFiles), { kwargs }), twoFiles)
})

/** `7z a -psecret -mhe=on n.7z a.txt` of 7-Zip 26.02: it packs the list of names, which the one above does not. */
const packedNames = Buffer.from(
  'N3q8ryccAARVeJ7DgAAAAAAAAAAuAAAAAAAAAC+w7ZVNWOrMnmL9BYeGWLwHP8r4TsYZfrRruEBoyENB3kRUsGLkFpv9RomL' +
    'ecccg0jt2J0kLQcFgLjFUwwFpwInDn4mO7+pTg3R86xKXQBwsWG1PW81PwGAjud6gY8ULLIuZRRiyS0oGbNpX0B3imh65P6v' +
    'wT8ClnyGMeIpHoDoJdFQuBcGEAEJcAAHCwEAASQG8QcBElMP17qvvjAK0YNYXbK+JOwZWwxiCgE0gQZqAAA=',
  'base64',
)

test('7-Zip fails on the noise that a wrong password makes of packed names, and the next one is tried', async () => {
  for (let index = 0; index < 20; index++) {
    const kwargs = { archive_passwords: [`wrong${index}`], password_words: ['worse', 'secret'] }
    assert.deepEqual(await contents(packedNames, { kwargs }), { 'a.txt': 'first' })
  }
  assert.match((await unpack(packedNames, wrong)).error?.message ?? '', /needs a password, and none of 2/)
})
