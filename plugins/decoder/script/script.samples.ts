import type { SampleSources } from 'stoq/testing'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const lines = (...text: string[]) => latin1(`${text.join('\r\n')}\r\n`)
const command = (text: string) => Buffer.from(text, 'utf16le').toString('base64')

/** Headers of a program, and nothing that could run. */
export const program = Buffer.alloc(0x120, 0xc3).fill(0, 0, 0xf8)
program.write('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff', 0, 'latin1')
program.writeUInt32LE(0x80, 0x3c)
program.write('PE\0\0\x4c\x01', 0x80, 'latin1')

const encoded = program.toString('base64')
const codes = (text: string) => [...text].map(character => character.charCodeAt(0))

const vbs = lines(
  'On Error Resume Next',
  '\' a comment with "quotes" & more',
  'Dim shell, text',
  'Set shell = CreateObject("WScr" & "ipt.Sh" & "ell")',
  'text = "po" & Chr(119) & ChrW(&H65) & "rs" & Chr(100 + 4) & "el" & Chr(1080 / 10)',
  'shell.Run text & " -nop" & " -w hid" & "den", 0, False',
  'name = StrReverse("txt.elif") & Replace("axxbxxc", "xx", "")',
  `Execute ${codes('MsgBox "from a text that is run"')
    .map(code => `Chr(${code})`)
    .join(' & ')}`,
)

const js = lines(
  'var a = "\\x57\\x53cript" + \'.Sh\' + "ell"; // "not" + "this"',
  'var b = String.fromCharCode(104, 116, 116, 112) + "://" + [\'e\', \'x\'].join("") + "ample.com";',
  'var c = unescape("%68%69") + "\\u0021" + "axbxc".replace(/x/g, "") + ["c", "b", "a"].reverse().join("");',
  'if (/["\']/.test(c)) this[a] = new ActiveXObject(a + "");',
  `eval(atob("${Buffer.from('WScript.Echo("a text that was Base64");').toString('base64')}"));`,
)

const ps1 = lines(
  '<# "a" + "b" #>',
  "$a = (\"{1}{0}\" -f 'ell','Sh') + 'Exe' + [char]99 + [char]0x75 + 'te'",
  'i`eX (\'Write-\' + "Host" + \' "from a text that is run"\')',
  "& ('New-' + 'Object') ('Ne' + 't.We' + 'bClient'.replace('x', ''))",
  "-join ([char[]](72, 105)); 'a-b' -replace '-', ''; [string]::Join('', ('c', 'd'))",
  `[Text.Encoding]::Unicode.GetString([Convert]::FromBase64String('${command('text that was Base64 of UTF-16')}'))`,
  '"not $known" + "known"',
)

const bat = lines(
  '@echo off',
  'set first=power',
  'set "second=shell"',
  `p^ow%junk%ersh^ell -NoP -enc ${command('Write-Output "an encoded command"')}`,
  "%first%%second% -c \"iex ('Write-' + 'Host hi')\"",
  '%comspec:~-7,3% /c echo %second:sh=b% 100%% ^& done',
)

const hta = lines(
  '<html><head><hta:application id="x"></head>',
  '<script language="VBScript">x = "a" & "b" : CreateObject("WScript" & ".Shell")</script>',
  '<p>"not" + "this"</p><script>y = \'c\' + "d"</script>',
  `<a href="data:application/octet-stream;base64,${encoded}">file</a>`,
)

const vba = lines(
  'Attribute VB_Name = "Module1"',
  'Sub Document_Open()',
  'Dim b As String',
  `b = "${encoded.slice(0, 120)}"`,
  `b = b & "${encoded.slice(120, 240)}"`,
  `b = b & "${encoded.slice(240)}"`,
  'c = Chr$(72) & _',
  '    Chr$(105)',
  'End Sub',
)

const numbers = lines(
  `$b = [Byte[]](${[...program].map(byte => `0x${byte.toString(16)}`).join(',')})`,
  `$c = ${[...program].join(', ')}`,
)

const variables = {
  'variables.vbs.masked': lines(
    'Set o = CreateObject("WScript.Shell")',
    'a = "ht" : b = "tp://ex"',
    'c = a & b & "ample.com/a.exe"',
    'd = "Msg"',
    'd = d & "Box ""from a text that "',
    'd = d & "grows in lines"""',
    'Execute d',
    'If o = "" Then e = "one" Else e = "other"',
    'o.Run e & "is not known", c',
  ),
  'variables.js.masked': lines(
    'var a = "ht", b = "tp://ex"; var c = a + b + "ample.com";',
    'var d = "";',
    ...(encoded.match(/.{1,64}/g) ?? []).map(piece => `d += "${piece}";`),
    'for (var i = 0; i < 3; i++) { e += "x" }',
    'eval(atob(d) + c + e);',
  ),
  'variables.ps1.masked': lines(
    "$a = 'i'; $b = 'ex'; $c = $a + $b",
    "$d = 'Write-Output '",
    '$d += "from lines that grow"',
    '& $c $d',
    'if ($c -eq $d) { $a = "o" }; $e = $a + "ther"',
  ),
}

const echoed = lines(
  '@echo off',
  ...(encoded.match(/.{1,64}/g) ?? []).map(piece => `echo ${piece}>>%TEMP%\\a.b64`),
  ...(program.toString('hex').match(/.{1,64}/g) ?? []).map(piece => `>> "a b.hex" echo ${piece}`),
  'certutil -decode %TEMP%\\a.b64 %TEMP%\\a.exe & exit /b',
  ...(encoded.match(/.{1,64}/g) ?? []).map(piece => `:: ${piece}`),
)

/** `MsgBox "Hello"`, as screnc writes it. */
export const encodedScript = '#@~^DgAAAA==\\ko$K6,JC\x7fV^GJqAQAAA==^#~@'

/** Golden samples of decoder/script. */
export const samples: SampleSources = {
  'strings.vbs.masked': vbs,
  'strings.js.masked': js,
  'strings.ps1.masked': ps1,
  'strings.bat.masked': bat,
  'echoed.bat.masked': echoed,
  ...variables,
  'page.hta.masked': hta,
  'module.bas.masked': vba,
  'numbers.ps1.masked': numbers,
  'command.txt.masked': latin1(`powershell.exe -NoP -W hidden -e "${command('Write-Output 1')}"`),
  'reversed.vbs.masked': lines(`x = StrReverse(y & "${[...encoded].reverse().join('')}")`, 'CreateObject(x)'),
  'utf16_mark.vbs.masked': Buffer.from(`\ufeff${vbs.toString('latin1')}`, 'utf16le'),
  'utf16_bare.js.masked': Buffer.from(js.toString('latin1'), 'utf16le'),
  'utf16_high.js.masked': Buffer.from(`\ufeff${js.toString('latin1')}`, 'utf16le').swap16(),
  'encoded.vbe.masked': lines(encodedScript),
  'encoded_in_page.asp.masked': lines('<script language="JScript.Encode">', encodedScript, '</script>'),
  'encoded_cut.vbe.masked': latin1(encodedScript.slice(0, 24)),
  'encoded_bad_header.vbe.masked': latin1(encodedScript.replace('DgAAAA==', '////////')),
  'javascript.vbs.masked': js,
  'batch_powershell.bat.masked': lines(
    '<# : batch',
    '@echo off & set x=po',
    '%x%wershell iex "$(gc %~f0)"',
    '#>',
    "$a = 'b' + 'c'",
  ),
  'nested.html.masked': lines(
    '<html><script>',
    `document.write(unescape("${[...'<script>eval("x" + "y")<\\/script>'].map(c => `%${c.charCodeAt(0).toString(16)}`).join('')}"))`,
    '</script></html>',
  ),
  'shellcode.js.masked': lines(`var s = unescape("${'%u9090%ucccc'.repeat(20)}");`),
  'strings_cut.vbs.masked': vbs.subarray(0, 200),
  'strings_cut.js.masked': js.subarray(0, 150),
  'strings_cut.ps1.masked': ps1.subarray(0, 90),
  'doubling_bomb.bat': lines('@echo off', 'set a=aaaaaaaa', ...Array(60).fill('set a=%a%%a%'), 'echo %a%'),
  'doubling_bomb.js': lines(`x = "aa"${'.replace(/a/g, "aa")'.repeat(80)};`),
  'parentheses_bomb.vbs': lines(`x = ${'Chr('.repeat(1200)}65${')'.repeat(1200)}`, 'y = "a" & "b"'),
  'plain.js': lines('// eval("nothing" is hidden)', 'function f(a) {', "  return a + 'b' // more", '}'),
  'program.exe.masked': program,
  'mail.eml': lines('From: a@example.com', 'Subject: "a" & "b"', 'MIME-Version: 1.0', '', 'x = "a" & "b"'),
  'empty.txt': new Uint8Array(),
}
