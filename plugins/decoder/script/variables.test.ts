import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deobfuscate } from './deobfuscate.ts'
import { powershell } from './dialects.ts'
import { fold } from './fold.ts'
import { Work } from './values.ts'

/** Lines of a script, and what they become. */
function becomes(filename: string, cases: Readonly<Record<string, readonly [string, string]>>): void {
  for (const [promise, [script, wanted]] of Object.entries(cases)) {
    test(`${filename}: ${promise}`, () => assert.equal(deobfuscate(script, filename).text, wanted))
  }
}

/** Scripts whose variables are not sure: they stay as they are. */
function stays(filename: string, scripts: Readonly<Record<string, string>>): void {
  becomes(
    filename,
    Object.fromEntries(Object.entries(scripts).map(([promise, script]) => [promise, [script, script]])),
  )
}

becomes('a.vbs', {
  'variables are put in where texts are joined': [
    'a = "ht": b = "tp://ev"\nc = A & b & "il"\nrun c',
    'a = "ht": b = "tp://ev"\nc = "http://evil"\nrun c',
  ],
  'what a variable is made of may be variables': [
    'a = "x" & "y"\nb = a & "z"\nc = b & "w"',
    'a = "xy"\nb = "xyz"\nc = "xyzw"',
  ],
  'what is added in lines stands in the last one': [
    's = "a"\ns = s & "b"\nx = 1\ns = s & Chr(99)',
    's = ""\ns = s\nx = 1\ns = "abc"',
  ],
  'what is used before more is added stands there': [
    's = "a"\ns = s & "b"\nrun s\ns = s & "c"',
    's = ""\ns = "ab"\nrun s\ns = "abc"',
  ],
  'functions take variables': ['a = "c-b"\nb = Replace(a, "-", "")', 'a = "c-b"\nb = "cb"'],
  'a branch that adds to a variable does not take it away': [
    'a = "x"\nIf q Then\na = a & "y"\nEnd If',
    'a = "x"\nIf q Then\na = "xy"\nEnd If',
  ],
  'constants are variables': ['Const a = "x"\nb = a & "y"', 'Const a = "x"\nb = "xy"'],
  'blanks and joined lines are nothing': [
    `a = "x"\na${' '.repeat(40)}= "y"\na _\n = "q" & a\nb = a & "z"`,
    `a = "x"\na${' '.repeat(40)}= ""\na _\n = "qy"\nb = "qyz"`,
  ],
  'a later value counts': ['a = "x"\na = "y"\nb = a & "z"', 'a = "x"\na = "y"\nb = "yz"'],
  'a value from one branch counts within it': [
    'If q Then\na = "x"\nb = a & "y"\nEnd If',
    'If q Then\na = "x"\nb = "xy"\nEnd If',
  ],
})
stays('a.vbs', {
  'a comparison is no assignment': 'If a = "x" Then b = a & "y"',
  'nor in a joined line': 'a = "x"\nIf q Then _\na = "y"\nb = a & "z"',
  'what depends on a condition is not known': 'a = "x"\nIf q Then a = "y"\nb = a & "z"',
  'nor what two branches say': 'If q Then\na = "x"\nElse\na = "y"\nEnd If\nb = a & "z"',
  'nor what one branch says': 'If q Then\na = "x"\nElse\nb = a & "y"\nEnd If\nc = a & "z"',
  'nor what grows in a loop': 'a = "x"\nFor i = 1 To 3\na = a & "y"\nNext\nb = a & "z"',
  'nor what counts': 'a = "x"\nFor a = 1 To 3\nb = a & "y"\nNext\nb = a & "z"',
  'nor what a loop changes later': 'a = "x"\nDo While q\nb = a & "y"\na = "z"\nLoop',
  'nor what is read': 'a = "x"\na = InputBox(q)\nb = a & "z"',
  'nor parameters': 'a = "x"\nSub f(a, b)\nc = a & "y"\nEnd Sub',
  'what a function assigns is its own': 'Sub f\na = "x"\nEnd Sub\nb = a & "y"',
  'a property of something is no variable': 'With q\n.a = "x"\nEnd With\nb = a & "y"',
  'nor is what is compared': 'a = b = "x"\nc = a & b & y',
  'the result of a comparison is not its left side': 'a = "x" Like "y"\nb = a & "z"',
  'nor in joined lines': 'a = "x" _\n  Like "y"\nb = a & "z"',
})
becomes('a.js', {
  'variables are put in where texts are joined': [
    'var a = "ht", b = \'tp\'; var c = a + b + "://"; run(a)',
    'var a = "ht", b = \'tp\'; var c = "http://"; run(a)',
  ],
  'what is added stands in the last line': ['s = "a"; s += "b"; s += "c"', 's = ""; s = s; s = "abc"'],
  'a choice ends with its line': ['c = q ? r : s\na = "x"\nb = a + "y"', 'c = q ? r : s\na = "x"\nb = "xy"'],
  'lines need no semicolons': ['a = "x"\nb = a + "y"', 'a = "x"\nb = "xy"'],
  'blanks, lines and comments are nothing': [
    'a = "x"; a/**/ = "y"; b = a + "z"; a // c\n/**/= "q"; b = a + "z"',
    'a = "x"; a/**/ = "y"; b = "yz"; a // c\n/**/= "q"; b = "qz"',
  ],
  'methods take variables': ['a = "c-b"; b = a.replace("-", "") + a[0]', 'a = "c-b"; b = "cbc"'],
  'functions see what is outside of them': [
    'var a = "x"; (function (b) { var c = "y"; run(a + c + b) })(1)',
    'var a = "x"; (function (b) { var c = "y"; run("xy" + b) })(1)',
  ],
  'a condition assigns nothing': [
    'a = "x"; if (a == q) { b = a + "y" }',
    'a = "x"; if (a == q) { b = "xy" }',
  ],
  'a statement without braces ends with its line': [
    'if (q)\n  return\nvar a = "x"\nvar b = a + "y"\nfor (;;) r()\nb += "z"',
    'if (q)\n  return\nvar a = "x"\nvar b = b\nfor (;;) r()\nb = "xyz"',
  ],
  'lines need no semicolons behind a loop': [
    'do { q() } while (w)\nb = "p"\nb += "r"\neval(b)',
    'do { q() } while (w)\nb = ""\nb = "pr"\neval(b)',
  ],
  'a case is a branch': [
    'switch (q) { case 1: a = "x"; b = a + "y"; case 2: b = a + "z" }',
    'switch (q) { case 1: a = "x"; b = "xy"; case 2: b = a + "z" }',
  ],
  'loops see what is outside of them': [
    'a = "x"; while (q) { b = "y"; run(a + b); b = "z" } a = "w"',
    'a = "x"; while (q) { b = "y"; run("xy"); b = "z" } a = "w"',
  ],
  'after a loop another value is known': [
    's = "a"; while (q) { s += "b" } s = "c"; t = s + "d"',
    's = "a"; while (q) { s += "b" } s = "c"; t = "cd"',
  ],
})
stays('a.js', {
  'capitals are other variables': 'var a = "x"; b = A + "y"',
  'what grows in a loop is not known': 'var a = ""; for (var i = 0; i < 3; i++) a += "x"; b = a + "y"',
  'nor what a loop changes later': 'a = "x"; while (q) { run(a + "y"); a = "z" }',
  'nor in what way': 'a = "x"; while (q) { if (r) { run(a + "y") } [a] = s }',
  'nor what depends on a condition': 'a = "x"; if (q) { a = "y" } b = a + "z"',
  'nor what a branch says': 'if (q) { a = "x" } else if (a[0] == "y") { b = a + "z" }',
  'nor what another case says': 'a = "x"; switch (q) { case 1: a = "y"; default: a += "w"; b = a + "z" }',
  ...Object.fromEntries(
    [
      ...['if (q)\n a = "y"\n', 'if (q) r({}), a = "y"; ', 'if (r(function () {})) a = "y"; '],
      ...['for (r in {}) a = "y"; ', 'if (q) r = function () {}, a = "y"; ', 'if (q) r(); else a = "y"\n'],
    ].map(branch => [`nor what a branch without braces says: ${branch}`, `a = "x"; ${branch}b = a + "z"`]),
  ),
  'nor what is one of two': 'a = q ? "x" : "y"; b = a + "z"',
  'nor what is assigned in one of two ways': 'a = "x"; q ? r() : a = "y"; b = a + "z"',
  'nor parameters': 'var a = "x"; function f(q, a) { return a + "y" }',
  'nor those of short functions': 'var a = "x"; f = a => a + "y"',
  'nor those of methods': 'var a = "x"; class B { f(q, a) { return a + "y" } }',
  'nor those of several': 'var a = "x"; f = (q, a) => a + "y"',
  'what a function assigns is its own': 'function f() { a = "x" } b = a + "y"',
  'nor names that loops give': 'var a = "x"; for (a in q) run(a + "y")',
  'nor parameters in braces': 'var a = "x"; function f({ a }) { return a + "y" }',
  'the result of a test is not its left side': 'a = "x" instanceof q; b = a + "z"',
  ...Object.fromEntries(
    [
      ...[
        'a-=1',
        'a++',
        'a /**/ ++',
        '++a',
        '-- /**/ a',
        'a??=q',
        'a||=q',
        'a&&=q',
        'a**=2',
        'a>>>=1',
        '(a)=q',
      ],
      ...['[a]=[q]', '[q, {r: a}] = s', '({ a } = q)', 'for ([a] of q) r()', `[${'q,'.repeat(200)}a]=r`],
    ].map(change => [`a variable is forgotten at ${change.slice(-20)}`, `a = "x"; ${change}; b = a + "z"`]),
  ),
})
becomes('a.ps1', {
  'variables are put in where texts are joined': [
    '$a="ht";$B="tp";$c=$a+$b+"://"; run $c',
    `$a="ht";$B="tp";$c='http://'; run $c`,
  ],
  'what is added stands in the last line': [
    "$s = 'a'\n$s += 'b'\n[string]$s = $s + 'c'",
    `$s = ""\n$s = $s\n[string]$s = 'abc'`,
  ],
  'variables may be named in strings': [
    '$a = "x"; $b = "$a-$'.concat('{a}$($a)`n""$"'),
    `$a = "x"; $b = 'x-xx\n"$'`,
  ],
  'a string may add to a variable that it names': [
    '$a = "x"\n$a = "$a y"\n$a = "$a z"',
    '$a = ""\n$a = $a\n$a = \'x y z\'',
  ],
  'braces may have variables of their own': [
    "& { $a = 'x'; $b = $a + 'y' }; if ($q)\n{ $a = 'z'; $b = $a + 'y' }",
    "& { $a = 'x'; $b = 'xy' }; if ($q)\n{ $a = 'z'; $b = 'zy' }",
  ],
  'lines need no semicolons behind a loop': [
    "do { $i++ } until ($i -gt 3)\n$a = 'wri'\n$a += 'te-host'\niex $a",
    `do { $i++ } until ($i -gt 3)\n$a = ""\n$a = 'write-host'\niex $a`,
  ],
  'bytes may be in variables': [
    "$b = [Convert]::FromBase64String('aGk=')\n$t = [Text.Encoding]::UTF8.GetString($b)",
    "$b = [Convert]::FromBase64String('aGk=')\n$t = 'hi'",
  ],
})
stays('a.ps1', {
  'what strings name may be unknown':
    '$a = "x"; $b = "$a$c"; $d = "$a$(f)"; $e = "$env:x$a"; $f = "$($a + 1)"',
  'what a loop adds is not known': "$a = ''\nforeach ($i in $q) { $a += 'x' }\n$b = $a + 'y'",
  'nor what a loop of commands adds': "$a = ''\n1..3 | % { $a += 'x' }\n$b = $a + 'y'",
  'nor what a method does often': "$a = ''\n$q.ForEach({ $a += 'x' })\n$b = $a + 'y'",
  'nor what a loop changes later': "$a = 'x'\nwhile ($q) { run ($a + 'y')\n$b = \"$a y\"\n$a = 'z' }",
  'nor what braces assign': "$a = 'x'\n$f = { $a = 'y' }\n$b = $a + 'z'",
  'nor what is called at once': "$a = 'x'\n& { $a = 'y' }\n$b = $a + 'z'",
  'nor what one case says': "switch ($q) { 1 { $a = 'x' } 2 { $b = $a + 'z' } }",
  'nor what a command gives': "$a = 'x'\n$a = iex 'y'\n$b = $a + 'z'",
  'nor parameters': "$a = 'x'\nfunction f($a) { $b = $a + 'y' }",
  'bytes that are changed are not known':
    "$a = [Convert]::FromBase64String('aGk=')\n$a[0] = 1\n$b = [Text.Encoding]::UTF8.GetString($a)",
  ...Object.fromEntries(
    ['-eq', '-ceq', '-match', '-like', '-notin', '-as'].map(word => [
      `what ${word} gives is not its left side`,
      `$a = 'x' ${word} 'y'; $b = $a + 'z'`,
    ]),
  ),
  ...Object.fromEntries(
    ['$a *= 3', '$a -= 1', '$a ??= $q', '$a++', '++$a', '$a,$b = $q', '$b, $A = $q', '($a, $b) = $q'].map(
      change => [`a variable is forgotten at ${change}`, `$a = 'x'\n${change}\n$b = $a + 'z'`],
    ),
  ),
})

test('what runs may be in variables', () => {
  const runs = (script: string, filename: string) =>
    deobfuscate(script, filename).evaluated.map(({ value }) => value)
  assert.deepEqual(runs('a = "Msg"\na = a & "Box"\nExecute a', 'a.vbs'), ['MsgBox'])
  assert.deepEqual(runs('var a = "run", b = "()"; eval(a + b)', 'a.js'), ['run()'])
  assert.deepEqual(runs("$a = 'i' + 'ex'; & $a 'run'; $b = 'more'; $b | iex", 'a.ps1'), ['run', 'more'])
})

test('variables that double do not grow without end, and what is long is read in a time that grows with it', () => {
  const doubled = `a = "${'x'.repeat(100)}"\n${'a = a & a\n'.repeat(1000)}`
  const restarted = 'a = "xx"\na = a & a\na = a & a\n'.repeat(3000)
  const lines = `a = "x"\n${`a = a & "${'y'.repeat(50)}"\n`.repeat(20_000)}`
  const used = `${lines}${'run a & "z"\n'.repeat(5000)}`
  for (const script of [doubled, restarted, lines, used]) {
    const { text } = deobfuscate(script, 'a.vbs')
    assert.ok(text.length <= 40 * script.length + 0x40000, `${text.length} from ${script.length}`)
  }
})

test('a string that names itself is copied in a memory that grows with the script', {
  timeout: 60_000,
}, () => {
  for (const part of ['y', '$a']) {
    const script = `$a = '${'x'.repeat(500_000)}'\n${`$a = "$a ${part}"\n`.repeat(50_000)}`
    const work = new Work(script.length)
    const { texts } = fold(script, powershell, work)
    const copied = texts.reduce((sum, { value }) => sum + value.length, 0)
    assert.ok(copied <= 20 * script.length, `${copied} from ${script.length}`)
    // Every copy was work.
    assert.equal(work.take(8 * script.length), false)
  }
})

test('what branches within branches add to a long text is not written again without end', () => {
  const script = `a = "${'x'.repeat(100_000)}";\n${'if (q) { a += "y";\n'.repeat(400)}`
  const { text } = deobfuscate(script, 'a.js')
  assert.ok(text.length <= 20 * script.length, `${text.length} from ${script.length}`)
})
