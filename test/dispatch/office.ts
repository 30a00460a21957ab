import { golden, latin1, placed, ruleHits, sample } from './rule-hits.ts'

const ole = sample('ole_root_only.doc')
const wide = (text: string) => Buffer.from(text, 'utf16le')

ruleHits(
  'office_compound',
  {
    'a Word document': sample('office_word97.doc'),
    'an Excel workbook': sample('office_excel97.xls'),
    'a presentation': Buffer.concat([ole, wide('PowerPoint Document')]),
    'an encrypted package': golden('extractor/office/agile.docx'),
    'a VBA project on its own': golden('extractor/office/vbaProject.bin.masked'),
    'a document behind something else': golden('extractor/office/prefixed.bin.masked'),
  },
  {
    'a compound file without a document': ole,
    'names of streams without a compound file': wide('WordDocument Workbook _VBA_PROJECT'),
    'a zip that holds a document as it is': Buffer.concat([
      sample('zip_stored.zip'),
      sample('office_word97.doc'),
    ]),
  },
)
ruleHits(
  'office_package',
  { 'a Word document': sample('office_word.docx'), 'an Excel workbook': sample('xlsx_sheets.xlsx') },
  { 'another zip': sample('zip_plain.zip'), 'the name of its list': latin1('[Content_Types].xml') },
)
const source = Buffer.concat([Buffer.from('012ab000', 'hex'), latin1('Attribut\0e VB_Nam')])
ruleHits(
  'vba_source',
  {
    'source behind the name of a project': placed(200, [0, wide('_VBA_PROJECT')], [100, source]),
    'a document whose header is damaged': golden('extractor/office/bad-header.doc.masked'),
  },
  {
    'a compound file, which another rule hits': golden('extractor/office/macro.doc.masked'),
    'the stream of a module, which its document gave': placed(200, [100, source]),
    'source that is not compressed': latin1('Attribute VB_Name = "Module1"'),
    'a chunk that is none': placed(
      200,
      [0, wide('_VBA_PROJECT')],
      [100, Buffer.concat([Buffer.from('012a4000', 'hex'), source.subarray(4)])],
    ),
  },
)
