import assert from 'node:assert/strict'
import { deflateSync } from 'node:zlib'
import { Budget, type BudgetLimits, type Kwargs, StoqError } from 'stoq'
import { PdfExtractor } from './pdf.ts'
import { hex, id, type MadeEncryption, makeEncryptor } from './test-encryption.ts'

/** One object. Strings in `dict` have no escapes and no brackets, so that they can be encrypted. */
export interface MadeObject {
  number: number
  /** The value; of a stream the dictionary without its length. */
  dict: string
  stream?: string | Uint8Array
}

export interface MadeFile {
  trailer?: string
  encryption?: MadeEncryption
  header?: string
}

const catalog = '<< /Type /Catalog /Pages 2 0 R'
const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R'

/** Catalog, one page and its content, as objects 1 to 4; `more` goes into the catalog, `ofPage` into the page. */
export function skeleton(more = '', ofPage = ''): MadeObject[] {
  return [
    { number: 1, dict: `${catalog} ${more} >>` },
    { number: 2, dict: '<< /Type /Pages /Count 1 /Kids [3 0 R] >>' },
    { number: 3, dict: `${page} ${ofPage} >>` },
    { number: 4, dict: '<< >>', stream: 'BT /F1 12 Tf 20 100 Td (cmd.exe and eval are words here) Tj ET' },
  ]
}

/** A whole file with its cross-reference table, the same every time. */
export function makePdf(objects: readonly MadeObject[], made: MadeFile = {}): Buffer {
  const encryptor = made.encryption && makeEncryptor(made.encryption)
  const parts: Buffer[] = [latin1(made.header ?? '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n')]
  const size = Math.max(...objects.map(({ number }) => number)) + 2
  const offsets = new Map<number, number>()
  const add = (number: number, body: Buffer) => {
    offsets.set(number, length(parts))
    parts.push(latin1(`${number} 0 obj\n`), body, latin1('\nendobj\n'))
  }
  for (const object of objects) add(object.number, bodyOf(object, encryptor))
  if (encryptor) add(size - 1, latin1(encryptor.dictionary))
  const table = length(parts)
  const encrypt = encryptor ? `/Encrypt ${size - 1} 0 R` : ''
  const trailer = `<< /Size ${size} /Root 1 0 R /ID [${hex(id)} ${hex(id)}] ${encrypt} ${made.trailer ?? ''} >>`
  parts.push(latin1(`${tableOf(offsets, size)}trailer\n${trailer}\nstartxref\n${table}\n%%EOF\n`))
  return Buffer.concat(parts)
}

function bodyOf(
  { number, dict, stream }: MadeObject,
  encryptor: ReturnType<typeof makeEncryptor> | undefined,
): Buffer {
  const seal = (content: Uint8Array) => encryptor?.encrypt(content, number) ?? Buffer.from(content)
  const sealHex = (digits: string) => hex(seal(Buffer.from(digits, 'hex')))
  const text = encryptor
    ? dict
        .replace(/<([0-9a-f]{4,})>/g, (_, digits: string) => sealHex(digits))
        .replace(/\(([^()\\]*)\)/g, (_, text: string) => hex(seal(latin1(text))))
    : dict
  if (stream === undefined) return latin1(text)
  const data = seal(typeof stream === 'string' ? latin1(stream) : stream)
  const head = text.replace(/>>$/, `/Length ${data.length} >>`)
  return Buffer.concat([latin1(`${head}\nstream\n`), data, latin1('\nendstream')])
}

/** Free entries for the numbers that are not there. */
function tableOf(offsets: ReadonlyMap<number, number>, size: number): string {
  let table = `xref\n0 ${size}\n`
  for (let number = 0; number < size; number++) {
    const offset = offsets.get(number)
    table +=
      offset === undefined
        ? `0000000000 ${number === 0 ? 65535 : 0} f \n`.replace(' 0 f', ' 00000 f')
        : `${`${offset}`.padStart(10, '0')} 00000 n \n`
  }
  return table
}

function length(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

export function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/** A stream object, deflated. */
export function deflated(number: number, content: string | Uint8Array, dict = ''): MadeObject {
  const data = deflateSync(typeof content === 'string' ? latin1(content) : content, { level: 9 })
  return { number, dict: `<< /Filter /FlateDecode ${dict} >>`, stream: data }
}

/** A document with one embedded file, stored with the given filter entries. */
export function fileThrough(filter: string, stored: string | Uint8Array): Buffer {
  return makePdf([...skeleton(), { number: 5, dict: `<< /Type /EmbeddedFile ${filter} >>`, stream: stored }])
}

/** A program as small as a header of one. */
export function tinyProgram(): Buffer {
  const program = Buffer.alloc(256)
  program.write('MZ', 0, 'latin1')
  program.writeUInt32LE(0x80, 0x3c)
  program.write('PE\0\0', 0x80, 'latin1')
  return program
}

export interface Conditions {
  kwargs?: Kwargs
  limits?: Partial<BudgetLimits>
  options?: Partial<Pick<PdfExtractor, 'password_list' | 'all_streams'>>
  signal?: AbortSignal
}

export interface Given {
  children: { meta: Record<string, unknown>; content: Buffer }[]
  error: StoqError | null
  truncated: Budget['truncated']
}

const limits: BudgetLimits = {
  ...{ max_recursion: 3, max_children: 10_000, max_bytes: 2 ** 28 },
  ...{ max_time: 300, max_plugin_time: 60 },
}

/** Calls the plugin as the framework does: every child is booked when it comes. */
export async function open(payload: Uint8Array, conditions: Conditions = {}): Promise<Given> {
  const budget = new Budget({ ...limits, ...conditions.limits })
  const context = { budget, signal: conditions.signal ?? new AbortController().signal }
  const plugin = Object.assign(new PdfExtractor(), conditions.options)
  const children: Given['children'] = []
  let error: StoqError | null = null
  try {
    for await (const [meta, content] of (await plugin.extract(payload, conditions.kwargs ?? {}, context)) ??
      []) {
      children.push({ meta, content: Buffer.from(content) })
      if (!budget.takeChild(content.length)) break
    }
  } catch (thrown) {
    assert.ok(thrown instanceof StoqError, String(thrown))
    error = thrown
  }
  return { children, error, truncated: budget.truncated }
}

/** Content as text by file name, of a document that has nothing wrong. */
export async function contents(
  payload: Uint8Array,
  conditions: Conditions = {},
): Promise<Record<string, string>> {
  const { children, error } = await open(payload, conditions)
  assert.equal(error, null)
  return Object.fromEntries(
    children.map(({ meta, content }) => [String(meta['filename']), content.toString('latin1')]),
  )
}
