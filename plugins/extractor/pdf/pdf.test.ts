import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { samples } from './pdf.samples.ts'
import { contents, deflated, fileThrough, latin1, makePdf, open, skeleton, tinyProgram } from './test-pdf.ts'

function sample(name: string): Buffer {
  const made = samples[name]
  assert.ok(made)
  return Buffer.from(made instanceof Uint8Array ? made : made.content)
}

/** Scripts in the order in which they come. */
async function scripts(payload: Uint8Array): Promise<string[]> {
  const { children } = await open(payload)
  return children.filter(({ meta }) => meta['type'] === 'javascript').map(({ content }) => content.toString())
}

test('an embedded file has its name, its type, and the place that it comes from', async () => {
  const { children, error } = await open(sample('attachments.pdf.masked'))
  assert.equal(error, null)
  assert.deepEqual(children[0]?.meta, {
    ...{ filename: 'notes.txt', type: 'embedded_file', mime_type: 'text/plain', object: '6 0', offset: 477 },
    ...{ filters: ['FlateDecode'], size: 2048 },
  })
})

test('a path in the name of an embedded file is data: the Unicode name counts', async () => {
  const { children } = await open(sample('attachments.pdf.masked'))
  const names = children.map(({ meta }) => [meta['filename'], meta['original_path']])
  assert.deepEqual(names, [
    ['notes.txt', undefined],
    ['ä.exe', '../tmp/ä.exe'],
    ['table.csv', 'C:/data/table.csv'],
  ])
})

test('scripts are found wherever they hang, with what starts them', async () => {
  const { children } = await open(sample('javascript.pdf.masked'))
  const found = children.map(({ meta, content }) => [meta['filename'], meta['trigger'], content.toString()])
  assert.deepEqual(found, [
    ['javascript_1.js', 'AA/WC', 'app.alert("bye")'],
    ['javascript_3.js', 'AA/O', 'app.beep(0) // ä'],
    [
      'javascript_6.js',
      'OpenAction',
      'var sled = unescape("%u9090%u9090"); while (sled.length < 64) sled += sled;',
    ],
    ['javascript_9.js', 'OpenAction', 'next();'],
    ['start.js', 'Names', 'this.exportDataObject({ cName: "tool", nLaunch: 2 });'],
  ])
})

test('actions are one JSON with what they reach for', async () => {
  const [list] = Object.values(await contents(sample('actions.pdf.masked')))
  const actions: Record<string, string>[] = JSON.parse(list ?? '[]')
  assert.deepEqual(actions[0], {
    ...{ action: 'Launch', trigger: 'OpenAction', object: '1 0', file: 'cmd.exe', windows_file: 'cmd.exe' },
    ...{ parameters: '/c start calc.exe', directory: 'C:/windows/system32' },
  })
  assert.deepEqual(
    actions.map(({ action, uri, file }) => `${action} ${uri ?? file}`),
    [
      'Launch cmd.exe',
      'GoToE \\\\192.0.2.7\\share\\x',
      'URI http://example.org/login?id=1',
      'GoToR http://example.net/other.pdf',
      'SubmitForm https://example.com/collect',
      'ImportData form.fdf',
      'ExternalStream http://example.com/image.raw',
    ],
  )
})

test('the same action on every page is listed once', async () => {
  const link = '<< /S /URI /URI (http://example.org) >>'
  const pages = Array.from({ length: 50 }, (_, index) => ({ number: 5 + index, dict: `<< /A ${link} >>` }))
  const [list] = Object.values(await contents(makePdf([...skeleton(), ...pages])))
  assert.equal(JSON.parse(list ?? '').length, 1)
})

test('packets of a form are one XML document', async () => {
  const found = await contents(sample('forms.pdf'))
  assert.match(found['xfa.xml'] ?? '', /^<xdp:xdp [^>]+><template>.*<\/template><\/xdp:xdp>$/)
})

test('what is in an object stream is found, and the stream is told', async () => {
  const { children } = await open(sample('object-streams.pdf'))
  const script = children.find(({ meta }) => meta['type'] === 'javascript')
  assert.equal(script?.meta['object_stream'], '8 0')
  assert.equal(script?.content.toString(), 'hidden.in.an.object.stream')
  assert.equal(children[0]?.meta['filename'], 'inner.txt')
})

test('every revision counts, not only what a reader shows', async () => {
  assert.deepEqual(await scripts(sample('updates.pdf')), ['second()', 'first()'])
})

test('files and scripts in streams that nothing calls a file come out, pages and pictures do not', async () => {
  const { children } = await open(sample('hidden.pdf.masked'))
  const kinds = children.map(({ meta }) => [meta['object'], meta['file_type']])
  assert.deepEqual(kinds, [
    ['5 0', 'pe'],
    ['6 0', 'pe'],
    ['7 0', 'script'],
    ['9 0', 'rtf'],
    ['10 0', 'zip'],
  ])
})

test('all_streams gives every stream, decoded, with its type', async () => {
  const pdf = makePdf([...skeleton(), deflated(5, '<x:xmpmeta/>', '/Type /Metadata /Subtype /XML')])
  assert.equal((await open(pdf)).children.length, 0)
  const { children } = await open(pdf, { options: { all_streams: true } })
  const found = children.map(({ meta, content }) => [
    meta['filename'],
    meta['stream_type'],
    content.toString(),
  ])
  assert.deepEqual(found, [
    ['object_4', undefined, 'BT /F1 12 Tf 20 100 Td (cmd.exe and eval are words here) Tj ET'],
    ['object_5', 'Metadata/XML', '<x:xmpmeta/>'],
  ])
})

test('of two documents in one payload each has its own objects', async () => {
  const apart = [await open(sample('attachments.pdf.masked')), await open(sample('javascript.pdf.masked'))]
  const { children } = await open(sample('two.pdf.masked'))
  assert.deepEqual(
    children.map(({ meta }) => meta['filename']),
    apart.flatMap(given => given.children.map(({ meta }) => meta['filename'])),
  )
})

test('a reference into another document of the payload is followed when its own has no such object', async () => {
  const first = makePdf([...skeleton(), deflated(9, 'split.in.two()')])
  const second = makePdf([{ number: 5, dict: '<< /S /JavaScript /JS 9 0 R >>' }])
  assert.deepEqual(await scripts(Buffer.concat([first, second])), ['split.in.two()'])
})

test('a PDF that is embedded as it is is one child, and its objects are not those of the outer one', async () => {
  const { children } = await open(sample('nested.pdf.masked'))
  assert.deepEqual(
    children.map(({ meta, content }) => [meta['mime_type'], content.equals(sample('javascript.pdf.masked'))]),
    [['application/pdf', true]],
  )
})

for (const name of ['late-header.bin.masked', 'no-header.pdf.masked', 'truncated-late.pdf.masked']) {
  test(`${name} gives all that the whole document gives`, async () => {
    const whole = await open(sample('attachments.pdf.masked'))
    const { children, error } = await open(sample(name))
    assert.equal(error, null)
    assert.deepEqual(
      children.map(({ content }) => content),
      whole.children.map(({ content }) => content),
    )
  })
}

test('a stream that is cut off is given as far as it goes, and that is told', async () => {
  const { children, error } = await open(sample('truncated-in-stream.pdf.masked'))
  const last = children.at(-1)
  assert.equal(last?.meta['damaged'], 'cut short')
  assert.ok(
    tinyProgram()
      .subarray(0, last?.content.length)
      .equals(last?.content ?? Buffer.alloc(0)),
  )
  assert.match(error?.message ?? '', /^extractor:pdf failed: object 8 at 825: its data is cut short$/)
})

test('wrong lengths, missing ends and open brackets hide nothing', async () => {
  const { children } = await open(sample('damaged.pdf'))
  const found = children.map(({ content }) => content.toString().split('\n')[0])
  assert.deepEqual(found, [
    ...['no end of the stream', 'line 0', 'length.is.wrong'],
    ...['dictionary.is.open', 'checksum.is.wrong()', 'string.is.open'],
  ])
})

test('of data with damage in its middle everything before it is given', async () => {
  const text = Array.from({ length: 3000 }, (_, index) => `${(index * 7919) % 10_007}\n`).join('')
  const data = deflateSync(text)
  data.fill(0xff, data.length >> 1, (data.length >> 1) + 40)
  const { children } = await open(fileThrough('/Filter /FlateDecode', data))
  const [child] = children
  assert.equal(child?.meta['damaged'], 'damaged')
  assert.ok((child?.content.length ?? 0) > text.length / 3)
  assert.ok(text.startsWith(child?.content.toString('latin1', 0, text.length / 3) ?? '-'))
})

test('a script in a comment, a string or a stream is an object all the same: an offset may lead there', async () => {
  const inner = '7 0 obj << /S /JavaScript /JS (inner) >> endobj'
  const [comment, text] = [`5 0 obj % ${inner}\nendobj`, `6 0 obj (${inner}) endobj`]
  const stream = `8 0 obj << /Length ${inner.length} >> stream\n${inner}\nendstream endobj`
  for (const hiding of [comment, text, stream])
    assert.deepEqual(await scripts(Buffer.from(`%PDF-1.7\n${hiding}`)), ['inner'], hiding)
})

test('names with escapes, strings with octal numbers and hexadecimal strings are what they stand for', async () => {
  const pdf =
    '%PDF-1.7\n1 0 obj<</#4a#53(\\141lert\\0501\\)\\\n)>>endobj 2 0 obj<</JS<61 6c 65 72 74 28 32 2>>>'
  assert.deepEqual(await scripts(Buffer.from(pdf)), ['alert(1)', 'alert(2 '])
})

test('a length may be an object of its own, before or behind the stream', async () => {
  const data = 'endstream is a word of this file'
  const pdf = `%PDF-1.7\n5 0 obj<</Type/EmbeddedFile/Length 6 0 R>>stream\n${data}\nendstream endobj 6 0 obj ${data.length} endobj`
  assert.deepEqual(await contents(Buffer.from(pdf)), { object_5: data })
})

test('what is no PDF gives null or nothing', async () => {
  for (const text of ['', '%PDF-1.7', 'plain text', 'an obj, 0 obj and 1 obj'])
    assert.deepEqual(await open(Buffer.from(text)), { children: [], error: null, truncated: [] })
})

test('duplicate keys are all looked at', async () => {
  const pdf = '%PDF-1.7\n1 0 obj << /S /JavaScript /JS (shown) /JS (hidden) >> endobj'
  assert.deepEqual(await scripts(Buffer.from(pdf)), ['shown', 'hidden'])
})

test('however a document is cut, what comes is from the whole, or is told to be damaged', async () => {
  const whole = sample('attachments.pdf.masked')
  const files = (await open(whole)).children.map(({ content }) => content.toString('latin1'))
  for (let length = 0; length < whole.length; length += 7) {
    const { children } = await open(whole.subarray(0, length))
    for (const { meta, content } of children) {
      const text = content.toString('latin1')
      // A cut may be in the word that ends a stream.
      const isKnown = files.some(
        file => file === text || (meta['damaged'] && (file.startsWith(text) || text.startsWith(file))),
      )
      assert.ok(isKnown, `${length} ${JSON.stringify(meta)}`)
    }
  }
})

test('however a document is damaged, there is no error but a StoqError, and meta is valid text', async () => {
  const bases = ['attachments.pdf.masked', 'object-streams.pdf', 'aes-128.pdf.masked', 'filters.pdf'].map(
    sample,
  )
  const change = fc.tuple(fc.nat(10_000), fc.integer({ min: 0, max: 255 }))
  const property = fc.asyncProperty(
    fc.nat(3),
    fc.array(change, { maxLength: 20 }),
    async (index, changes) => {
      const payload = Buffer.from(bases[index] ?? '')
      for (const [at, value] of changes) payload[at % payload.length] = value
      const { children } = await open(payload, { kwargs: { pdf_password: 'secret' } })
      return children.every(
        ({ meta, content }) => meta['size'] === content.length && JSON.stringify(meta).isWellFormed(),
      )
    },
  )
  await fc.assert(property, { numRuns: 300 })
})

test('an embedded file is given once, however often it is named', async () => {
  const specs = Array.from({ length: 20 }, (_, index) => ({
    number: 6 + index,
    dict: '<< /F (a) /EF << /F 5 0 R >> >>',
  }))
  const pdf = makePdf([...skeleton(), { number: 5, dict: '<< >>', stream: 'content' }, ...specs])
  assert.deepEqual(await contents(pdf), { a: 'content' })
})

test('a reader opens a document that begins with a picture, and so does the plugin', async () => {
  assert.equal((await scripts(sample('picture.gif.masked'))).length, 5)
  assert.equal(latin1('GIF').equals(sample('picture.gif.masked').subarray(0, 3)), true)
})
