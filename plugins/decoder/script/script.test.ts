import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { Budget } from 'stoq'
import { encodedScript, program, samples } from './script.samples.ts'
import { ScriptDecoder } from './script.ts'

interface Child {
  kind: string
  offset: number
  text: string
}

/** What is found in a script; that the sizes told are true is checked on the way. */
function decode(
  script: string | Uint8Array,
  filename = '',
  options: object = {},
  max_bytes = 2 ** 26,
): Child[] {
  const payload = typeof script === 'string' ? Buffer.from(script, 'latin1') : script
  const limits = { max_recursion: 3, max_children: 1000, max_bytes, max_time: 60, max_plugin_time: 60 }
  const context = { budget: new Budget(limits), signal: new AbortController().signal }
  const plugin = Object.assign(new ScriptDecoder(), options)
  const found = plugin.decode(payload, { filename }, context) as Iterable<
    [{ kind: string; offset: number; size: number }, Uint8Array]
  > | null
  return Array.from(found ?? [], ([{ kind, offset, size }, content]) => {
    assert.equal(size, content.length)
    return { kind, offset, text: Buffer.from(content).toString('latin1') }
  })
}

/** The script as it is given when it was changed, else itself. */
function deobfuscated(script: string, filename: string): string {
  return decode(script, filename).find(({ kind }) => kind === 'deobfuscated')?.text ?? script
}

function kinds(script: string | Uint8Array, filename = ''): Record<string, string> {
  return Object.fromEntries(decode(script, filename).map(({ kind, text }) => [kind, text]))
}

/** Each script and what it becomes. */
function becomes(filename: string, cases: Readonly<Record<string, string>>): void {
  for (const [script, wanted] of Object.entries(cases)) {
    test(`${filename}: ${script} is ${script === wanted ? 'left as it is' : wanted}`, () =>
      assert.equal(deobfuscated(script, filename), wanted))
  }
}

becomes('a.vbs', {
  'x = "a" & "b"': 'x = "ab"',
  'x = "a" + "b" & "c"': 'x = "abc"',
  'x = "a""b" & "c"': 'x = "a""bc"',
  'x = y & "a" & "b" & z & "c" & "d"': 'x = y & "ab" & z & "cd"',
  'x = y & "a" & (z)("b" & "c")': 'x = y & "a" & (z)("bc")',
  'x = Chr(65) & ChrW(&H42) & Chr(60 + 7) & Chr$(2 * 34) & VBA.Chr(136 / 2 + 1)': 'x = "ABCDE"',
  'x = Chr(60 + 5 * 2 - 1) & Chr(100 Mod 35 + 41) & Chr(70 Xor 1)': 'x = "EGG"',
  'x = Chr(CLng("&H41")) & Chr(Asc("B"))': 'x = "AB"',
  'x = "a" & vbCrLf & "b"': 'x = "a" & vbCrLf & "b"',
  'x = "a" & Chr(13) & Chr(10) & "b"': 'x = "a" & vbCrLf & "b"',
  'x = "a" & _\r\n  "b"': 'x = "ab"',
  'x = StrReverse("cba")': 'x = "abc"',
  'x = Replace("axbx", "x", "")': 'x = "ab"',
  'x = Mid("xabx", 2, 2) & Left("cd", 1) & Right("ef", 1) & UCase("g")': 'x = "abcfG"',
  'x = Join(Array("a", "b"), "") & Join(Split("c-d", "-"), "")': 'x = "abcd"',
  'x = 1 \' "a" & "b"': 'x = 1 \' "a" & "b"',
  'Rem "a" & "b"': 'Rem "a" & "b"',
  'x = "a": y = "b" & "c"': 'x = "a": y = "bc"',
  'x = "not closed & "a" & "b"\r\ny = "c" & "d"': 'x = "not closed & "a" & "b"\r\ny = "cd"',
  'x = ("a" & "b"\r\ny = "c" & "d"': 'x = ("ab"\r\ny = "cd"',
  'x = f("a") & "b"': 'x = f("a") & "b"',
  'If "a" & "b" = x Then y = "c" & "d"': 'If "ab" = x Then y = "cd"',
})

becomes('a.js', {
  'x = "a" + \'b\'': 'x = "ab"',
  'x = \'a\' + "b"': "x = 'ab'",
  'x = y + "a" + "b"': 'x = y + "ab"',
  'x = y + 1 + 2 + "a"': 'x = y + 1 + 2 + "a"',
  'x = "a" + 1 + 2': 'x = "a12"',
  'x = y * "a" + "b"': 'x = y * "a" + "b"',
  'x = "\\x41\\u0042\\u{43}\\104"': 'x = "ABCD"',
  'x = "a\\nb\\"c"': 'x = "a\\nb\\"c"',
  'x = "\\x0a" + "b\\\\"': 'x = "\\nb\\\\"',
  'x = String.fromCharCode(65, 0x42, 66 + 1)': 'x = "ABC"',
  'x = String["fromCharCode"](65) + String.fromCharCode.apply(null, [66, 67])': 'x = "ABC"',
  'x = unescape("%41%u0042") + decodeURIComponent("%43")': 'x = "ABC"',
  'x = atob("aGVsbG8=")': 'x = "hello"',
  'x = "axbxc".replace(/x/g, "")': 'x = "abc"',
  'x = "axbxc".replace("x", "")': 'x = "abxc"',
  'x = "axb".replace(/[x]/g, "")': 'x = "axb".replace(/[x]/g, "")',
  'x = "cba".split("").reverse().join("")': 'x = "abc"',
  'x = "xaby".substring(1, 3) + "xcdy".substr(1, 2) + "ef".charAt(1) + "gh"[0]': 'x = "abcdfg"',
  'x = "a".concat("b", "c")': 'x = "abc"',
  'x = "a" /* "no" */ + // "no"\n "b"': 'x = "ab"',
  'if (/"/.test(y)) x = "a" + "b"': 'if (/"/.test(y)) x = "ab"',
  'x = y / 2 + "a" + "b" / 1': 'x = y / 2 + "a" + "b" / 1',
  [`x = \`a\` + "b"; y = \`\${x}a\` + "b"`]: `x = "ab"; y = \`\${x}a\` + "b"`,
  'x = y.join("a") + "b"': 'x = y.join("a") + "b"',
  'x = f("a" + "b")("c") + "d"': 'x = f("ab")("c") + "d"',
  'x = { constructor: "a" + "b", __proto__: toString("c") }':
    'x = { constructor: "ab", __proto__: toString("c") }',
  '("a" + "b"': '("ab"',
  'x = ["a" + "b"); y = "c" + "d"': 'x = ["ab"); y = "cd"',
})

becomes('a.ps1', {
  '$x = \'a\' + "b"': "$x = 'ab'",
  "$x = ('{1}{0}' -f 'b', 'a')": "$x = ('ab')",
  '$x = "{0}{2}{1}" -f "a", "c", "b" + "d"': "$x = 'abcd'",
  'i`e`x $y': 'iex $y',
  'N`eW-oBj`Ect x': 'NeW-oBjEct x',
  "$x = 'it''s' + \"`\"\"": "$x = 'it''s\"'",
  '$x = [char]65 + [char]0x42 + [CHAR]67': "$x = 'ABC'",
  '$x = -join ([char[]](72, 105))': "$x = 'Hi'",
  "$x = ('a', 'b') -join ''": "$x = 'ab'",
  "$x = [string]::Join('', ('a', 'b'))": "$x = 'ab'",
  "$x = 'axbx'.replace('x', '') + 'xcy'.Substring(1, 1)": "$x = 'abc'",
  "$x = 'a-b' -replace '-', '' -creplace 'b', 'c'": "$x = 'ac'",
  "$x = 'a.b' -replace '.', ''": "$x = 'a.b' -replace '.', ''",
  "$x = \"$a\" + 'b' + 'c'": '$x = "$a" + \'bc\'',
  "& ('i' + 'ex') 'a'": "& ('iex') 'a'",
  "# 'a' + 'b'\n<# 'c' + 'd' #> 'e' + 'f'": "# 'a' + 'b'\n<# 'c' + 'd' #> 'ef'",
  "$x = @'\na' + 'b\n'@ + 'c'": "$x = 'a'' + ''bc'",
  "'a' +\n 'b'": "'ab'",
  "f 'a' 'b' + 'c'": "f 'a' 'bc'",
  "$x = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('aGVsbG8='))": "$x = 'hello'",
})

becomes('a.bat', {
  '@p^ow^ershell': '@powershell',
  'set a=po\nset "b=wer"\n%a%%b%': 'set a=po\nset "b=wer"\npower',
  'set a=abcdef\necho %a:~1,2%%a:~-1%%a:~0,-4%': 'set a=abcdef\necho bcfab',
  'set a=axbx\necho %a:x=%!A:X=y!': 'set a=axbx\necho abaybyb'
    .replace('yby', 'yby')
    .replace('abaybyb', 'abayby'),
  '%comspec:~-7,3%': 'cmd',
  'pow%junk%ershell': 'powershell',
  'echo %path% 100%% ^& %1 %~dp0 %undefined%': 'echo %path% 100%% ^& %1 %~dp0 %undefined%',
  'set /p a=b\necho x%a:~0,1%': 'set /p a=b\necho x%a:~0,1%',
  'cmd /c "p^ow^er"': 'cmd /c "power"',
  'po^\nwer': 'power',
  "powershell \"'a' + 'b'\"": 'powershell "\'ab\'"',
})

test('what a script runs is a child of its own', () => {
  const code = 'MsgBox "something that is run"'
  for (const [filename, script] of [
    ['a.vbs', `Execute StrReverse("${[...code.replaceAll('"', "'")].reverse().join('')}")`],
    ['a.js', `eval('${code}')`],
    ['a.js', `new Function("a", '${code}')()`],
    ['a.js', `document.write(unescape('%4d${code.slice(1)}'))`],
    ['a.ps1', `iex '${code}'`],
    ['a.ps1', `'${code}' | i\`ex`],
    ['a.ps1', `&('i'+'ex') ('${code.slice(0, 5)}' + '${code.slice(5)}')`],
  ] as const) {
    assert.equal(kinds(script, filename)['evaluated']?.replaceAll("'", '"'), code, script)
  }
})

test('a method of something else runs nothing', () => {
  assert.equal(kinds('cursor.execute("select a, b, c from a_table")', 'a.js')['evaluated'], undefined)
})

test('an encoded command is given as text, however its parameter is written', () => {
  const base64 = Buffer.from('Get-Date', 'utf16le').toString('base64')
  for (const name of ['-e', '-ec', '-enc', '-EncodedCommand', '/enc', '-eNcO'])
    assert.deepEqual(decode(`powershell ${name} "${base64}"`), [
      { kind: 'encoded_command', offset: 13 + name.length, text: 'Get-Date' },
    ])
  assert.deepEqual(decode(`powershell -x ${base64}`), [])
  assert.deepEqual(decode('sed -e AAAAAAAAAAAAAAAA'), [])
})

test('a command in pieces is found in the script that was put together, with its place in the payload', () => {
  const base64 = Buffer.from('Get-Date', 'utf16le').toString('base64')
  const script = `x = 1\r\ny = "powershell -e " & "${base64.slice(0, 8)}" & "${base64.slice(8)}"`
  const command = decode(script, 'a.vbs').find(({ kind }) => kind === 'encoded_command')
  assert.deepEqual(command, { kind: 'encoded_command', offset: 11, text: 'Get-Date' })
})

const base64 = program.toString('base64')
const asPieces = (join: string) => (base64.match(/.{1,96}/g) ?? []).join(join)
const digitLines = program.toString('hex').match(/.{1,64}/g) ?? []
const asLines = (make: (piece: string) => string) => (base64.match(/.{1,64}/g) ?? []).map(make).join('\r\n')
const programs: Record<string, string> = {
  'in lines that a batch file appends': `@echo off\r\n${asLines(piece => `echo ${piece}>>%TEMP%\\a.b64`)}\r\ncertutil -decode a.b64 a.exe`,
  'in lines that it appends, the first of which makes the file': `@echo off\r\n${asLines(piece => `echo ${piece} >> a.b64`).replace('>>', '>')}\r\necho done`,
  'in lines that name the file first': `@echo off\r\n${asLines(piece => `>>"a b.b64" echo.${piece}`)}\r\ncertutil`,
  'in commands in a parenthesis': `@echo off\r\n(\r\n${asLines(piece => `  echo ${piece}`)}\r\n)>a.b64`,
  'in commands that end with their parenthesis': `@echo off\r\n(${asLines(piece => `@echo ${piece}`)})>a.b64`,
  'in prompts that nobody answers': `@echo off\r\n${asLines(piece => `<nul set /p ="${piece}">>a.b64`)}`,
  'in comments of a batch file': `@echo off\r\nfindstr /b "::" "%~f0" >a.b64\r\n${asLines(piece => `:: ${piece}`)}`,
  'in remarks of a batch file': `@echo off\r\n${asLines(piece => `rem ${piece}`)}\r\nexit`,
  'in digits that a batch file appends': `@echo off\r\n${digitLines.map(piece => `echo ${piece}>>a.hex`).join('\r\n')}\r\ncertutil`,
  'in one string': `x = "${base64}"`,
  'in lines of a here-string': `$x = @'\r\n${asPieces('\r\n')}\r\n'@`,
  'in strings that are added to a variable': `b = "${asPieces('"\r\nb = b & "')}"`,
  'in strings that are added to a variable of PowerShell': `$b = '${asPieces("';\r\n$b += '")}'`,
  'in the data of a certificate': `-----BEGIN CERTIFICATE-----\r\n${asPieces('\r\n')}\r\n-----END CERTIFICATE-----`,
  'written from its end': `x = "${[...base64].reverse().join('')}"`,
  'as hexadecimal digits': `x = "${program.toString('hex')}"`,
  'as numbers': `x = Array(${[...program].join(',')})`,
  'as numbers in lines': `x = Array(${[...program].join(', _\r\n  ')})`,
  'as signed numbers': `x = Array(${[...program].map(byte => (byte > 127 ? byte - 256 : byte)).join(', ')})`,
  'as numbers with another sign between them': `x = "${[...program].join('!')}".split("!")`,
  'as hexadecimal numbers': `x = [byte[]](${[...program].map(byte => `0x${byte.toString(16)}`).join(',')})`,
  'as characters of VBScript': `x = ${[...program].map(byte => `Chr(${byte})`).join('&')}`,
  'as escapes of JavaScript': `var x = "${[...program].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}";`,
}

for (const [how, script] of Object.entries(programs)) {
  test(`a program ${how} is found`, () => {
    const found = decode(script, how.includes('JavaScript') ? 'a.js' : '').filter(
      ({ kind }) => kind !== 'deobfuscated',
    )
    assert.equal(found.length, 1)
    assert.equal(found[0]?.text, program.toString('latin1'))
  })
}

test('lines that go to other files, and commands of other kinds, are no part of a program', () => {
  const digits = program.toString('hex')
  const files = ['a', 'b'].map(name => `echo ${digits}>>${name}.hex`).join('\r\n')
  for (const script of [files, `echo ${digits}>>a.hex\r\nrem ${digits}>>a.hex`])
    assert.deepEqual(
      decode(`@echo off\r\n${script}`).map(({ text }) => text.length),
      [program.length, program.length],
    )
})

test('Base64 is decoded where it is a file or a text, and where the script says that it decodes it', () => {
  const noise = Buffer.from(Array.from({ length: 96 }, (_, index) => (index * 167 + 13) & 0xff)).toString(
    'base64',
  )
  assert.deepEqual(kinds(`x = "${Buffer.from('a text that one can read, say').toString('base64')}"`), {
    base64: 'a text that one can read, say',
  })
  assert.deepEqual(kinds(`x = "${noise}"`), {})
  assert.equal(
    Buffer.from(kinds(`FromBase64String("${noise}")`)['base64'] ?? '', 'latin1').toString('base64'),
    noise,
  )
  assert.deepEqual(kinds(`base64 = new ${'AnIdentifierInCamelCase1'.repeat(5)}()`), {})
})

test('Base64 of deflated data is inflated where the script does so', () => {
  const text = Array.from({ length: 60 }, (_, index) => `line ${index * 7919} of a script\n`).join('')
  const script = `New-Object IO.Compression.DeflateStream([Convert]::FromBase64String('${deflateRawSync(text).toString('base64')}'))`
  assert.equal(kinds(script, 'a.ps1')['base64'], text)
})

test('scripts of a page are read in their languages, its text is left', () => {
  const page =
    '<html>"a" + "b"<script language="VBScript">x = "a" & "b"</script><script>y = "c" & "d" + "e"</script>'
  assert.equal(
    kinds(page)['deobfuscated'],
    '<html>"a" + "b"<script language="VBScript">x = "ab"</script><script>y = "c" & "de"</script>',
  )
})

test('UTF-16 is read with and without its mark, and offsets are those of the payload', () => {
  const script = `var x = "a" + "b";\n// ${base64}`
  for (const [payload, start] of [
    [Buffer.from(script, 'utf16le'), 0],
    [Buffer.from(`\ufeff${script}`, 'utf16le'), 2],
    [Buffer.from(`\ufeff${script}`, 'utf16le').swap16(), 2],
  ] as const) {
    const [changed, file] = decode(payload)
    assert.match(changed?.text ?? '', /^var x = "ab";/)
    assert.deepEqual([file?.kind, file?.offset], ['base64', start + 2 * script.indexOf('TVqQ')])
  }
})

test('characters beyond ASCII stay what they were', () => {
  const script = Buffer.from('x = "grüße " + "日本" + "\\u65e5";')
  assert.equal(Buffer.from(decode(script, 'a.js')[0]?.text ?? '', 'latin1').toString(), 'x = "grüße 日本日";')
})

test('encoded scripts are decoded wherever they stand', () => {
  const script = `<script language="VBScript.Encode">${encodedScript}</script>${encodedScript}`
  const found = decode(script).filter(({ kind }) => kind === 'encoded_script')
  assert.deepEqual(
    found.map(({ offset }) => offset),
    [35, 82],
  )
  assert.ok(found.every(({ text }) => text === 'MsgBox "Hello"'))
})

test('what is no text, and mail, is left to others', () => {
  assert.deepEqual(decode(program), [])
  assert.deepEqual(decode('From: a@b\r\nContent-Type: text/plain\r\n\r\nx = "a" & "b"\r\n', 'a.vbs'), [])
})

test('the language is told by the words, not by the name', () => {
  const script = 'Dim x\r\nSet x = CreateObject("a" & "b")\r\nEnd Sub'
  assert.equal(deobfuscated(script, 'a.js'), script.replace('"a" & "b"', '"ab"'))
})

test('what was put together is not put together again', () => {
  for (const sample of Object.values(samples)) {
    const content = sample instanceof Uint8Array ? sample : sample.content
    const once = decode(content).find(({ kind }) => kind === 'deobfuscated')
    if (!once || once.text.length > 10_000) continue
    assert.ok(!decode(once.text).some(({ kind }) => kind === 'deobfuscated'), once.text)
  }
})

test('texts below the least size are no children, and no more of a script is read than the option says', () => {
  const script = `eval('${'a'.repeat(30)}')`
  assert.equal(decode(script, '', { minimum_size_int: 31 }).length, 0)
  assert.equal(decode(script, '', { minimum_size_int: 30 }).length, 1)
  assert.equal(decode(`${script};${script}`, '', { maximum_size_int: 20 }).length, 0)
})

test('no more is given than the budget has left', () => {
  assert.deepEqual(decode(`x = "${base64}"; y = "a" + "b"`, 'a.js', {}, 100), [])
})

test('any text is read without a fault, and a cut one too', () => {
  const words = [
    '"',
    "'",
    '`',
    '(',
    ')',
    '[',
    '{',
    '}',
    '&',
    '+',
    ',',
    '.',
    ' ',
    '\n',
    '\\',
    '%',
    '!',
    '^',
    '$',
    '@',
    '#',
    '-f ',
    '-join ',
  ]
  const names = [
    'Chr',
    'Execute',
    'eval',
    'replace',
    'constructor',
    '__proto__',
    '[char]',
    'set a=',
    '%a:~1,2%',
    '65',
    '&H41',
    '\\x41',
    '-enc ',
    base64,
    encodedScript,
    '<script>',
  ]
  const script = fc.array(fc.constantFrom(...words, ...names), { maxLength: 60 }).map(parts => parts.join(''))
  fc.assert(
    fc.property(script, fc.constantFrom('a.vbs', 'a.js', 'a.ps1', 'a.bat'), (text, filename) => {
      decode(text, filename)
    }),
    { numRuns: 3000 },
  )
})
