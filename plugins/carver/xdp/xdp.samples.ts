import type { SampleSources } from 'stoq/testing'

const pdf = Buffer.from('%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n')
const base64 = pdf.toString('base64').replace(/.{60}/g, '$&\n')

function xdp(inner: string, head = '<?xml version="1.0" encoding="UTF-8"?>\n'): Buffer {
  const packet = `<pdf xmlns="http://ns.adobe.com/xdp/pdf/"><document>${inner}</document></pdf>`
  return Buffer.from(`${head}<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">\n${packet}\n</xdp:xdp>\n`)
}

const ordinary = xdp(`<chunk>\n${base64}\n</chunk>`)

/** Ten entities, each of ten of the one before: a parser that expands them makes 10 GB. */
const laughs = Array.from({ length: 10 }, (_, index) => {
  return `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`
})

export const samples: SampleSources = {
  'chunk.xdp': ordinary,
  'two_chunks.xdp': xdp(`<chunk>${base64}</chunk><chunk>${Buffer.from('second').toString('base64')}</chunk>`),
  'cdata.xdp': xdp(`<chunk>\n<![CDATA[${base64.slice(0, 40)}]]><!-- -->${base64.slice(40)}</chunk>`),
  'references.xdp': xdp(`<chunk>${base64.replace(/J/g, '&#74;').replace(/V/g, '&#x56;')}</chunk>`),
  'prefix.xdp': xdp(`<pdf:chunk a=">" b='</pdf:chunk>'>${base64}</pdf:chunk>`),
  'children.xdp': xdp(
    `<chunk>${base64.slice(0, 40)}<!-- <chunk> --><b>text</b><?chunk?>${base64.slice(40)}</chunk>`,
  ),
  'plain_text.xdp': xdp('<chunk>\nthis is, well, no base64 &amp; not empty! </chunk>'),
  'utf16.xdp': Buffer.from(`\ufeff${ordinary.toString().replace('UTF-8', 'UTF-16')}`, 'utf16le'),
  'other_element.xdp': { content: xdp(`<body>${base64}</body>`), kwargs: { xdp_elements: 'chunk:body' } },
  'nothing.xdp': xdp('<chunk/><chunk></chunk><chunk> \n </chunk>'),
  'xdp_in_xdp.xdp': xdp(`<chunk>${ordinary.toString('base64')}</chunk>`),
  'named_so.pdf': ordinary,
  'two_formats.xdp': Buffer.concat([ordinary, pdf]),
  'empty.xdp': Buffer.alloc(0),
  'truncated_head.xdp': ordinary.subarray(0, 50),
  'truncated_chunk.xdp': ordinary.subarray(0, 230),
  'truncated_end.xdp': ordinary.subarray(0, -12),
  'corrupt_head.xdp': Buffer.concat([Buffer.from('<?xml <'), ordinary.subarray(5)]),
  'bomb.xdp': xdp(
    `<chunk>&l10;&l9;</chunk><chunk>${base64}</chunk>`,
    `<!DOCTYPE xdp [\n<!ENTITY l0 "lol lol lol">\n${laughs.join('\n')}\n]>\n`,
  ),
}
