import type { SampleSources } from 'stoq/testing'

const latin1 = (content: string) => Buffer.from(content, 'latin1')
const percent = (text: string) => latin1(text).toString('hex').replace(/../g, '%$&')
const embedded = (content: Uint8Array | string) => ({
  content: typeof content === 'string' ? latin1(content) : content,
  kwargs: { embedded: 'True' },
})
const page = '<html><script>document.title = "decoded"</script></html>\n'

/** Percent-encoding gives at most twice of what it takes, as UTF-16: a string of one such escape and plain text is its bomb. */
export const samples: SampleSources = {
  'page.txt': latin1(percent(page)),
  'mixed.txt': latin1(encodeURIComponent(page)),
  'form.txt': {
    content: latin1(`text=${encodeURIComponent(page).replaceAll('%20', '+')}`),
    kwargs: { plus: 'True' },
  },
  'script.html.masked': embedded(`<script>document.write(unescape('${percent(page)}'))</script>\n`),
  'memory.js.masked': embedded(`var code = unescape("${'%u9090'.repeat(30)}%uCCCC%ue8fc%u0082");\n`),
  'wide.js.masked': embedded(Buffer.from(`\ufeffeval(unescape('${percent(page)}'))`, 'utf16le')),
  'nested.txt': latin1(percent(percent('twice').replaceAll('%', '%25'))),
  'text_of_escape.txt': latin1(`%u0061${percent('bcdef')}%u20ac%uD83D%uDE00`),
  'too_few.txt': latin1(`100%25 of a text %41%42%43 ${'that is no more than a text. '.repeat(8)}`),
  'no_escapes.url': latin1('%zz %4 %u12 %u %'.repeat(10)),
  'cut_in_escape.txt': latin1(percent(page).slice(0, 61)),
  'cut_in_wide_escape.js': embedded(`"${'%u9090'.repeat(20)}%u90`),
  'mail.pdf': embedded(`%PDF-1.4\n% ${percent('a comment in a document')}\n`),
  'grows.txt': latin1(`${'%u4141'.repeat(4)}${'a'.repeat(200)}`),
  'empty.txt': new Uint8Array(),
}
