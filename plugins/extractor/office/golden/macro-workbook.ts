import {
  command,
  definedName,
  f64,
  fn,
  formula,
  type MadeSheet,
  makeWorkbook,
  ownReferences,
  record,
  token,
  u8,
  u16,
  u32,
} from './workbook-maker.ts'

const macroSheet: MadeSheet = {
  name: 'Macro1',
  state: 2,
  isMacro: true,
  records: [
    formula(
      0,
      0,
      [token.integer(99), token.fixed(fn.char), token.text('md.invalid'), token.concat],
      Buffer.from('000000000000ffff', 'hex'),
    ),
    record(0x0207, Buffer.concat([u16(10), u8(0), Buffer.from('cmd.invali')])),
    formula(1, 0, [
      token.text('no-such-program.invalid /c '),
      token.reference(0, 1),
      token.concat,
      token.call(fn.exec, 1),
    ]),
    formula(2, 0, [
      token.text('nolib'),
      token.text('NoDownload'),
      token.text('JJCCJJ'),
      token.integer(0),
      token.text('http://files.example.invalid/a.bin'),
      token.call(fn.call, 5),
    ]),
    formula(3, 0, [
      token.text('nolib'),
      token.text('Nothing'),
      token.text('JJ'),
      token.text('Name'),
      token.call(fn.register, 4),
    ]),
    formula(4, 0, [token.text('=1+1'), token.reference(9, 1), token.command(command.formula, 2)]),
    formula(5, 0, [token.reference3d(1, 0, 2), token.fixed(fn.goto)]),
    formula(6, 0, [token.name(2), token.area(0, 0, 3, 1), token.call(255, 2)]),
    formula(7, 0, [token.call(fn.halt, 0)], f64(12.5)),
    record(0x00fd, Buffer.concat([u16(0, 1, 15), u32(1)])),
    record(0x027e, Buffer.concat([u16(1, 1, 15), u32((42 << 2) | 2)])),
    record(0x00bd, Buffer.concat([u16(2, 1, 15), u32((1 << 2) | 2), u16(15), u32((2 << 2) | 2), u16(2)])),
    record(0x0205, Buffer.concat([u16(4, 1, 15), u8(1, 0)])),
    formula(10, 0, [u8(0x01), u16(10, 0)]),
    record(
      0x04bc,
      Buffer.concat([
        u16(10, 11),
        u8(0, 0, 0, 2),
        u16(9),
        u8(0x4c),
        u16(0xffff, 0xc001),
        token.integer(7),
        u8(0x03),
      ]),
    ),
    formula(11, 0, [u8(0x01), u16(10, 0)]),
    formula(12, 0, [token.wideText('€\n'), u8(0x1f), f64(0.5), u8(0x03), u8(0x7f, 1, 2)]),
  ],
}
const strings = record(
  0x00fc,
  Buffer.concat([
    u32(2),
    u32(2),
    u16(3),
    u8(0),
    Buffer.from('one'),
    u16(4),
    u8(1),
    Buffer.from('zwe', 'utf16le'),
  ]),
)
const restOfStrings = record(0x003c, Buffer.concat([u8(0), Buffer.from('i')]))
/** A workbook stream with macro sheets that do nothing; `beforeSheets` come right after its beginning. */
export const macroWorkbook = (beforeSheets: readonly Buffer[] = []) =>
  makeWorkbook(
    [
      { name: 'Sheet1', records: [] },
      macroSheet,
      { name: 'More Macros', state: 1, isMacro: true, records: [formula(0, 2, [token.call(fn.halt, 0)])] },
    ],
    [
      ...ownReferences(3).slice(0, 1),
      record(0x01ae, Buffer.concat([u16(1), u16(21), u8(0), Buffer.from('cmd\x03 /c nothing.here')])),
      record(0x0017, Buffer.concat([u16(2), u16(0, 1, 1), u16(0, 2, 2)])),
      definedName(1, [token.reference3d(0, 0, 0)], true),
      definedName('Helper', [token.integer(3)]),
      strings,
      restOfStrings,
    ],
    beforeSheets,
  )
