import { fn, token, u8, u16, u32 } from './workbook-maker.ts'
import { contentTypes, makeZip, relationships } from './zip-maker.ts'

/** A record of a binary part ([MS-XLSB] 2.1.4). */
function record(id: number, ...data: Uint8Array[]): Buffer {
  const body = Buffer.concat(data)
  return Buffer.concat([sevenBits(id), sevenBits(body.length), body])
}

function sevenBits(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
    rest >>= 7
  } while (rest > 0)
  return Buffer.from(bytes)
}

function wide(text: string): Buffer {
  return Buffer.concat([u32(text.length), Buffer.from(text, 'utf16le')])
}

function text(value: string): Buffer {
  return Buffer.concat([u8(0x17), u16(value.length), Buffer.from(value, 'utf16le')])
}

function formula(column: number, tokens: readonly Buffer[]): Buffer {
  const body = Buffer.concat(tokens)
  return record(9, u32(column), u32(0), Buffer.alloc(8), u16(0), u32(body.length), body, u32(0))
}

/** A workbook in binary parts with a hidden macro sheet and Auto_Open. */
export function binaryMacroWorkbook(): Buffer {
  const auto = Buffer.concat([u8(0x3a), u16(0), u32(0), u16(0)])
  const reference = Buffer.concat([u8(0x44), u32(0), u16(1 | 0xc000)])
  return makeZip({
    '[Content_Types].xml': contentTypes(),
    '_rels/.rels': relationships(['officeDocument', 'xl/workbook.bin']),
    'xl/workbook.bin': Buffer.concat([
      record(131),
      record(156, u32(0), u32(1), wide('rId1'), wide('Sheet1')),
      record(156, u32(2), u32(2), wide('rId2'), wide('Macro 1')),
      record(362, u32(1), u32(0), u32(1), u32(1)),
      record(39, u32(1), u8(0), u32(0xffffffff), wide('_xlnm.Auto_Open'), u32(auto.length), auto, u32(0)),
      record(132),
    ]),
    'xl/_rels/workbook.bin.rels': relationships(
      ['worksheet', 'worksheets/sheet1.bin'],
      ['http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet', 'macrosheets/sheet1.bin'],
      ['sharedStrings', 'sharedStrings.bin'],
    ),
    'xl/sharedStrings.bin': record(19, u8(0), wide('shared text')),
    'xl/macrosheets/sheet1.bin': Buffer.concat([
      record(0, u32(0), Buffer.alloc(12)),
      formula(0, [text('no-such-program.invalid '), reference, token.concat, token.call(fn.exec, 1)]),
      record(7, u32(1), u32(0), u32(0)),
      record(0, u32(1), Buffer.alloc(12)),
      formula(0, [token.call(fn.halt, 0)]),
      record(6, u32(1), u32(0), wide('inline')),
    ]),
  })
}
