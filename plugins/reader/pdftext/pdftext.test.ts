import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { deflateSync } from 'node:zlib'
import { Budget, type PluginContext } from 'stoq'
import { PdfTextReader } from './pdftext.ts'

const warnings: string[] = []
const manifest = { name: 'pdftext', category: 'reader' }
const log = { warning: (line: string) => warnings.push(line) }
const plugin = Object.assign(new PdfTextReader(), { manifest, log })

/** A PDF without a cross-reference table, which readers rebuild; each text is a page. */
function makePdf(contents: string[], { isCompressed = true } = {}): Buffer {
  const pages = contents.map((_, index) => `${10 + index * 2} 0 R`)
  const parts = [
    '%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n',
    `2 0 obj\n<< /Type /Pages /Count ${pages.length} /Kids [${pages.join(' ')}] >>\nendobj\n`,
    '3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>\nendobj\n',
    ...contents.flatMap((content, index) => makePage(10 + index * 2, content, isCompressed)),
    'trailer\n<< /Root 1 0 R >>\n%%EOF\n',
  ]
  return Buffer.concat(parts.map(part => Buffer.from(part)))
}

function makePage(id: number, content: string, isCompressed: boolean): (string | Buffer)[] {
  const bytes = isCompressed ? deflateSync(content) : Buffer.from(content)
  const filter = isCompressed ? ' /Filter /FlateDecode' : ''
  return [
    `${id} 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents ${id + 1} 0 R`,
    ` /Resources << /Font << /F1 3 0 R >> >> >>\nendobj\n`,
    `${id + 1} 0 obj\n<< /Length ${bytes.length}${filter} >>\nstream\n`,
    bytes,
    '\nendstream\nendobj\n',
  ]
}

function line(text: string): string {
  return `BT /F1 12 Tf 50 700 Td (${text}) Tj ET`
}

function sample(name: string): Promise<Buffer> {
  return readFile(new URL(`../../../test/parity/samples/${name}`, import.meta.url))
}

function contextOf(limits: { max_bytes?: number; signal?: AbortSignal } = {}): PluginContext {
  const { max_bytes = 1 << 20, signal = new AbortController().signal } = limits
  const rest = { max_recursion: 3, max_children: 100, max_time: 60, max_plugin_time: 60 }
  return { budget: new Budget({ ...rest, max_bytes }), signal }
}

test('pages are read in order, each one ended by a line break', async () => {
  assert.equal(await plugin.read(makePdf([line('one'), line('two')])), 'one\ntwo\n')
})

test('a PDF without text gives null', async () => {
  assert.equal(await plugin.read(makePdf(['0 0 10 10 re f'])), null)
})

test('what is no PDF gives null', async () => {
  assert.equal(await plugin.read(new Uint8Array()), null)
  assert.equal(await plugin.read(Buffer.from('plain text')), null)
  assert.equal(await plugin.read(Buffer.from('7 0 obj of some other kind')), null)
})

test('a PDF behind other bytes is read', async () => {
  assert.equal(await plugin.read(Buffer.concat([Buffer.from('junk\n'), makePdf([line('one')])])), 'one\n')
})

test('an encrypted PDF needs its password', async () => {
  const payload = await sample('pdf_enc_aes256.pdf')
  assert.match(String(await plugin.read(payload, { pdf_password: 'secret' })), /^First page line one\n/)
  await assert.rejects(plugin.read(payload), {
    code: 'STOQ_PLUGIN_FAILED',
    message: 'reader:pdftext failed: the PDF is encrypted; give its password as pdf_password',
  })
  await assert.rejects(plugin.read(payload, { pdf_password: 'wrong' }), {
    code: 'STOQ_PLUGIN_FAILED',
    message: /pdf_password is not its password/,
  })
})

test('a PDF that the empty password opens is read whatever password is given', async () => {
  const payload = await sample('pdf_enc_emptyuser.pdf')
  assert.match(String(await plugin.read(payload)), /^First page line one\n/)
  assert.match(String(await plugin.read(payload, { pdf_password: 'wrong' })), /^First page line one\n/)
})

test('of a truncated PDF the streams are read, and the damage is told', async () => {
  const whole = makePdf([line('one'), line('two'), line('three')])
  const cut = whole.subarray(0, whole.indexOf('15 0 obj'))
  const withoutCatalog = cut.subarray(cut.indexOf('10 0 obj'))
  warnings.length = 0
  assert.equal(await plugin.read(withoutCatalog), 'one\ntwo\n')
  assert.match(warnings.join(), /the PDF is damaged/)
})

test('a stream that breaks off is read as far as it goes', async () => {
  const text = Array.from({ length: 500 }, (_, at) => line(`line ${at}`)).join('\n')
  const whole = makePdf([text])
  const broken = Buffer.concat([Buffer.from('%PDF-1.5\n'), whole.subarray(whole.indexOf('11 0 obj'), -600)])
  assert.match(String(await plugin.read(broken)), /^line 0\nline 1\nline 2\n/)
})

test('the strings of a damaged PDF are decoded as far as that goes without its fonts', async () => {
  const content =
    "BT (a\\(b\\)\\051\\\\) Tj T* [(two)-50(gether)-300<776f726473>] TJ (caf\\351) ' /N (no) gs ET (no) Tj"
  const payload = Buffer.from(`%PDF-1.5\n1 0 obj << >> stream\n${content}\nendstream`)
  assert.equal(await plugin.read(payload), 'a(b))\\\ntwogether words\ncafé\n')
})

test('a PDF that is too damaged to give any text is a fault', async () => {
  const payload = Buffer.from('%PDF-1.5\n1 0 obj << >> endobj')
  await assert.rejects(plugin.read(payload), { code: 'STOQ_PLUGIN_FAILED', message: /the PDF is damaged: / })
})

test('text beyond the budget is cut, and that is told', async () => {
  const context = contextOf({ max_bytes: 10 })
  assert.equal(await plugin.read(makePdf([line('one two three four')]), {}, context), 'one two th')
  assert.equal(context.budget.truncated[0]?.limit, 'max_bytes')
})

test('a long page is left in its middle', { timeout: 20_000 }, async () => {
  const content = Array.from({ length: 20_000 }, (_, at) => line(`line ${at}`)).join('\n')
  const text = await plugin.read(makePdf([content]), {}, contextOf({ max_bytes: 1000 }))
  assert.equal(text?.length, 1000)
})

test('a call whose time is up stops, and that is told', async () => {
  const context = contextOf({ signal: AbortSignal.abort() })
  assert.equal(await plugin.read(makePdf([line('one'), line('two')]), {}, context), null)
  assert.equal(context.budget.truncated[0]?.limit, 'max_plugin_time')
})

test('a timer of the caller runs while a long document is read, and stops it', {
  timeout: 20_000,
}, async () => {
  const content = Array.from({ length: 200 }, () => line('a')).join('\n')
  const context = contextOf({ signal: AbortSignal.timeout(100) })
  await plugin.read(makePdf(Array.from({ length: 3000 }, () => content)), {}, context)
  assert.equal(context.budget.truncated[0]?.limit, 'max_plugin_time')
})

test('a page count that is a lie costs nothing', { timeout: 10_000 }, async () => {
  const payload = Buffer.from(
    makePdf([line('one')])
      .toString('latin1')
      .replace('/Count 1', '/Count 2000000000'),
    'latin1',
  )
  assert.equal(await plugin.read(payload), 'one\n')
})

test('a bomb in a damaged PDF is inflated up to a bound', { timeout: 20_000 }, async () => {
  const bomb = deflateSync(Buffer.alloc(200 << 20, ' '))
  const parts = [
    '%PDF-1.5\n1 0 obj << >> stream\n',
    bomb,
    '\nendstream',
    `2 0 obj << >> stream\n${line('found')}\nendstream`,
  ]
  assert.equal(await plugin.read(Buffer.concat(parts.map(part => Buffer.from(part)))), 'found\n')
})

test('an encrypted PDF that tells of a key of gigabytes is a fault at once', { timeout: 5_000 }, async () => {
  const pdf = (await sample('pdf_enc_rc4.pdf')).toString('latin1')
  const damaged = pdf.replace(/(\/Filter \/Standard \/Length) \d+/, '$1 99999999999999999999')
  assert.notEqual(damaged, pdf)
  await assert.rejects(plugin.read(Buffer.from(damaged, 'latin1'), { pdf_password: 'secret' }), {
    code: 'STOQ_PLUGIN_FAILED',
    message: /damaged: a length of 99999999999999999999/,
  })
})

test('objects that are there again and never closed take linear time', { timeout: 20_000 }, async () => {
  for (const object of [
    '1 0 obj<<(\n',
    '1 0 obj<<\nendobj\n',
    '1 0 obj[(])\n',
    '1 0 obj<<%>>\n',
    '1 0 obj<</A<\n',
  ]) {
    const pdf = Buffer.from(`%PDF-1.5\n1 0 obj\n${object.repeat(20_000)}`)
    await assert.rejects(plugin.read(pdf), { code: 'STOQ_PLUGIN_FAILED', message: /damaged/ })
  }
})

test('pages that are never closed are not read again for every trailer', { timeout: 20_000 }, async () => {
  const pages = '2 0 obj\n<< /Type /Pages /Kids [5 0 R /Count 1 >>\nendobj\n'
  const update =
    'trailer\n<< /Size 9 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n5 0 obj\n<< /Type /Page >>\nendobj\n'
  const start = `%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n${pages}`
  await assert.rejects(plugin.read(Buffer.from(start + update.repeat(10_000))), {
    code: 'STOQ_PLUGIN_FAILED',
  })
})

test('a PDF with a thousand updates is read with its last one', async () => {
  const page = Buffer.concat(makePage(10, line('new'), false).map(part => Buffer.from(part)))
  const updates = Array.from({ length: 1000 }, () => page)
  assert.equal(await plugin.read(Buffer.concat([makePdf([line('old')]), ...updates])), 'new\n')
})

test('a million streams and brackets in a damaged PDF take linear time', { timeout: 20_000 }, async () => {
  const streams = Buffer.concat([Buffer.from('%PDF-1.5\n'), Buffer.alloc(8 << 20, 'stream\n')])
  await assert.rejects(plugin.read(streams), { code: 'STOQ_PLUGIN_FAILED' })
  const brackets = Buffer.concat([Buffer.from('%PDF-1.5\nstream\nBT'), Buffer.alloc(4 << 20, '(<')])
  await assert.rejects(plugin.read(brackets), { code: 'STOQ_PLUGIN_FAILED' })
})

test('a damaged page that pdf.js forgets does not end the process', async () => {
  const pdf = makePdf([line('one'), line('two')])
    .toString('latin1')
    .replace('/Count 2', '/Count 1')
    .replace('12 0 obj\n<<', '12 0 obj\n<< )')
  const { stdout, stderr } = await runAlone('await read(Buffer.from(input, "latin1"))', pdf)
  assert.deepEqual([stdout, stderr], ['"one\\n"\n', ''])
})

test('a rejection of others ends the process as ever', async () => {
  await assert.rejects(runAlone('void Promise.reject(new Error("of others"))', ''), /of others/)
})

test('whatever is damaged in a PDF, there is text, null or a fault of ours, and nothing is printed', async () => {
  const script = `
    const { default: fc } = await import('fast-check')
    const change = fc.tuple(fc.integer({ min: 0, max: input.length - 1 }), fc.integer({ min: 0, max: 255 }))
    await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async changes => {
      const damaged = Buffer.from(input, 'latin1')
      for (const [at, value] of changes) damaged[at] = value
      return /^null$|^StoqError: |\\n$/.test(String(await read(damaged).catch(error => error)))
    }), { numRuns: 300 })`
  const { stdout, stderr } = await runAlone(script, (await sample('pdf_text.pdf')).toString('latin1'))
  assert.deepEqual([stdout, stderr], ['undefined\n', ''])
})

/** A process of its own: the test runner would see the rejections that the plugin keeps from the process. */
function runAlone(script: string, input: string): Promise<{ stdout: string; stderr: string }> {
  const program = `
    import { PdfTextReader } from ${JSON.stringify(new URL('pdftext.ts', import.meta.url).href)}
    const plugin = Object.assign(new PdfTextReader(), ${JSON.stringify({ manifest })}, { log: { warning() {} } })
    const input = ${JSON.stringify(input)}
    const read = payload => plugin.read(payload)
    plugin.activate(null)
    const answer = ${script.includes('\n') ? `await (async () => {${script}})()` : script}
    console.log(JSON.stringify(answer))
    await plugin.deactivate()`
  const flags = ['-C', 'dev', '--input-type=module', '-e', program]
  return promisify(execFile)(process.execPath, flags, { cwd: new URL('.', import.meta.url) })
}

test('the payload is not changed or taken away', async () => {
  const payload = makePdf([line('one')])
  const before = Buffer.from(payload)
  await plugin.read(payload)
  assert.deepEqual(payload, before)
})
