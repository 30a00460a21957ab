import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attachment, mailOf, message, multipart, open } from './test-mails.ts'
import { htmlText } from './text.ts'
import { passwordWords } from './words.ts'

const sentences: Record<string, string> = {
  'The password is: infected!23': 'infected!23',
  'Passwort: "Zwei Worte"': 'Zwei Worte',
  'Archivpasswort = Winter24.': 'Winter24',
  'pw:abc123': 'abc123',
  'PIN 4711': '4711',
  'Mot de passe : été2024': 'été2024',
  'La contraseña es «clave9»': 'clave9',
  'Пароль: 12345': '12345',
  '解压密码：abc888': 'abc888',
  'Use the code below.\n\nX7-99_a\n\nRegards': 'X7-99_a',
  'password:\r\n\r\n   secret\r\n': 'secret',
  'the password (for both files) is P@ss!.': 'P@ss!',
  'password (P@ss!).': 'P@ss!',
}
for (const [sentence, password] of Object.entries(sentences)) {
  test(`${JSON.stringify(sentence)}: ${password} is one of the first words`, () => {
    const text = `Dear all,\nplease find the file attached and read it soon.\n${sentence}`
    const words = passwordWords([text], 300)
    assert.ok(words.slice(0, 30).includes(password), words.join(' | '))
    assert.ok(words.indexOf(password) < words.indexOf('Dear'))
  })
}

test('every other word follows, as it stands and without what is put around it, once each', () => {
  assert.deepEqual(passwordWords(['one (two), "three"', 'one four'], 300), [
    'one',
    '(two),',
    'two',
    '"three"',
    'three',
    'four',
  ])
})

test('of what stands in quotes or brackets the marks at its end are left', () => {
  for (const text of ['(P@ss!)', '"P@ss!",', '*P@ss!*.', '[(P@ss!)];'])
    assert.ok(passwordWords([text], 300).includes('P@ss!'), text)
  assert.equal(passwordWords([`${'('.repeat(100_000)}x${')'.repeat(100_000)}y`], 300).length, 0)
})

test('words that are too short or too long for a password, that nobody can type, or more than asked for, are left out', () => {
  assert.deepEqual(passwordWords([`a to ${'x'.repeat(41)} ctrl\x07 yes it was so`], 2), ['yes', 'was'])
})

test('a page is read as it is shown: tags, scripts, styles and comments are gone, entities are characters', () => {
  const page =
    '<style>a{}</style><p>pass<b>word</b>: &quot;a&amp;b&#33;&quot;</p><!-- c --><script>x<y</script >after'
  assert.deepEqual(htmlText(page).split('\n').filter(Boolean), ['password: "a&b!"', 'after'])
  assert.equal(htmlText('a < b <'), 'a \n')
})

test('all children of a mail are told its words, and those of the mail that it came in after them', () => {
  const mail = mailOf(
    multipart(['\r\nthe password is blue7', attachment('a.zip', Buffer.from('PK'))]),
    'about red8',
  )
  const { parts } = open(mail, { kwargs: { password_words: ['outer9', 'blue7', 5] } })
  assert.equal(parts.length, 2)
  for (const { words } of parts) {
    assert.equal(words[0], 'blue7')
    assert.deepEqual(
      words.filter(word => word === 'blue7' || word === 'red8' || word === 'outer9'),
      ['blue7', 'red8', 'outer9'],
    )
  }
})

test('names of attachments and short notes that are attached count, before the other words of bodies', () => {
  const note = message(
    ['Content-Type: text/plain', 'Content-Disposition: attachment; filename=note.txt'],
    'Zeta5?',
  )
  const long = message(
    ['Content-Type: text/plain', 'Content-Disposition: attachment; filename=book.txt'],
    'Omega7 '.repeat(100),
  )
  const parts = ['\r\nplease see', attachment('files_pass_Kappa3!.zip', Buffer.from('PK')), note, long]
  const words = open(mailOf(multipart(parts))).parts[1]?.words ?? []
  assert.equal(words[0], 'Kappa3!')
  assert.ok(words.includes('Zeta5?') && words.indexOf('Zeta5?') < words.indexOf('please'))
  assert.ok(!words.includes('Omega7'))
})

test('a text behind the attachment counts as well, and one in another charset', () => {
  const latin = message(['Content-Type: text/plain; charset=iso-8859-1'], 'Kennwort: Gr\xfc\xdfe1')
  const mail = mailOf(multipart([attachment('a.zip', Buffer.from('PK')), latin]))
  assert.equal(open(Buffer.from(mail, 'latin1')).parts[0]?.words[0], 'Grüße1')
})

test('a mail without words hands none down, and maximum_words = 0 turns them off', () => {
  const mail = mailOf(multipart([attachment('a.zip', Buffer.from('PK'))]), '')
  assert.deepEqual(open(mail).parts[0]?.words, [])
  assert.deepEqual(
    open(mailOf(message([], 'password: x12')), { options: { maximum_words: 0 } }).parts[0]?.words,
    [],
  )
})
