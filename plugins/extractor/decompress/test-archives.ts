import assert from 'node:assert/strict'
import { crc32, deflateRawSync } from 'node:zlib'
import type { SevenZipModuleFactory } from '7z-wasm'
import sevenZip from '7z-wasm'
import { Budget, type BudgetLimits, type Kwargs, type Logger, type PluginContext, StoqError } from 'stoq'
import { DecompressExtractor } from './decompress.ts'
import { loadSevenZip } from './sevenzip-runtime.ts'
import { Task } from './task.ts'
import { type WasmImports, wasm } from './webassembly.ts'

/** What one call gave, and what it told. */
export interface Unpacked {
  members: { meta: Record<string, unknown>; content: Buffer }[]
  error: StoqError | null
  truncated: Budget['truncated']
  log: string[]
}

export interface Conditions {
  kwargs?: Kwargs
  limits?: Partial<BudgetLimits>
  signal?: AbortSignal
  options?: Partial<Pick<DecompressExtractor, 'password_list' | 'maximum_size'>>
}

const defaultLimits: BudgetLimits = {
  max_recursion: 3,
  max_children: 10_000,
  max_bytes: 2 ** 30,
  max_time: 300,
  max_plugin_time: 60,
}

/** Calls the plugin as the framework does: every child is booked when it comes. */
export async function unpack(payload: Uint8Array, conditions: Conditions = {}): Promise<Unpacked> {
  const { context, log, logger } = makeContext(conditions)
  const plugin = Object.assign(new DecompressExtractor(), { log: logger }, conditions.options)
  const members: Unpacked['members'] = []
  let error: StoqError | null = null
  try {
    for await (const [meta, content] of (await plugin.extract(payload, conditions.kwargs ?? {}, context)) ??
      []) {
      members.push({ meta, content: Buffer.from(content) })
      if (!context.budget.takeChild(content.length)) break
    }
  } catch (thrown) {
    assert.ok(thrown instanceof StoqError, String(thrown))
    error = thrown
  }
  return { members, error, truncated: context.budget.truncated, log }
}

/** Content by file name: what most tests look at. */
export async function contents(
  payload: Uint8Array,
  conditions: Conditions = {},
): Promise<Record<string, string>> {
  const { members, error } = await unpack(payload, conditions)
  assert.equal(error, null)
  return Object.fromEntries(
    members.map(({ meta, content }) => [String(meta['filename']), content.toString()]),
  )
}

export function makeTask(payload: Uint8Array, conditions: Conditions = {}): Task {
  const { context, logger } = makeContext(conditions)
  return new Task({ payload, filename: null, passwords: ['-', 'infected'] }, context, logger)
}

function makeContext(conditions: Conditions): { context: PluginContext; log: string[]; logger: Logger } {
  const budget = new Budget({ ...defaultLimits, ...conditions.limits })
  const context = { budget, signal: conditions.signal ?? new AbortController().signal }
  const log: string[] = []
  const write = (message: string) => void log.push(message)
  const logger: Logger = {
    name: 'test',
    child: () => logger,
    debug: write,
    info: write,
    warning: write,
    error: write,
    critical: write,
  }
  return { context, log, logger }
}

/** An archive that 7-Zip makes of `files`, with its switches; the type follows from `name`. */
export async function makeWithSevenZip(
  name: string,
  files: Record<string, string | Uint8Array>,
  switches: readonly string[] = [],
): Promise<Buffer> {
  const compiled = await loadSevenZip()
  const options = {
    print: () => {},
    printErr: () => {},
    instantiateWasm: (imports: WasmImports, use: (instance: object) => void) =>
      use(new wasm.Instance(compiled, imports)),
  }
  const program = await (sevenZip as unknown as SevenZipModuleFactory)(options)
  const { exitCode } = process
  for (const [path, content] of Object.entries(files)) {
    const folders = path.split('/').slice(0, -1)
    for (const [index] of folders.entries()) {
      const folder = folders.slice(0, index + 1).join('/')
      if (!program.FS.readdir('.').includes(folder)) program.FS.mkdir(folder)
    }
    program.FS.writeFile(path, content)
  }
  program.callMain(['a', '-y', ...switches, name, ...Object.keys(files)])
  process.exitCode = exitCode
  return Buffer.from(program.FS.readFile(name))
}

export interface ZipMember {
  name: string | Buffer
  content?: string | Uint8Array
  /** 0: stored, 8: deflate, others: `packed` holds the data. */
  method?: number
  packed?: Uint8Array
  /** What the archive claims, where that is not the truth. */
  size?: number
  crc?: number
  flags?: number
  /** File type and permissions of Unix. */
  mode?: number
  extra?: Uint8Array
  /** The name in the local header. */
  localName?: string
  /** Sizes follow the data. */
  hasDescriptor?: boolean
}

interface LaidOut {
  local: Buffer
  entry: (offset: number) => Buffer
}

/** A zip archive laid byte by byte (APPNOTE 4.3). `shift` is added to every offset. */
export function makeZip(members: readonly ZipMember[], shift = 0): Buffer {
  const parts: Buffer[] = []
  const entries: Buffer[] = []
  let offset = shift
  for (const member of members) {
    const { local, entry } = layOut(member)
    parts.push(local)
    entries.push(entry(offset))
    offset += local.length
  }
  const directory = Buffer.concat(entries)
  return Buffer.concat([...parts, directory, makeZipEnd(members.length, directory.length, offset)])
}

export function makeZipEnd(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return end
}

function layOut(member: ZipMember): LaidOut {
  const { method = 8, extra = Buffer.alloc(0), hasDescriptor = false } = member
  const content = Buffer.from(member.content ?? '')
  const data = member.packed ?? (method === 8 ? deflateRawSync(content) : content)
  const name = Buffer.from(member.name)
  const localName = member.localName === undefined ? name : Buffer.from(member.localName)
  const facts = Buffer.alloc(22)
  facts.writeUInt16LE(20, 0)
  facts.writeUInt16LE((member.flags ?? 0) | (hasDescriptor ? 8 : 0), 2)
  facts.writeUInt16LE(method, 4)
  facts.writeUInt32LE(member.crc ?? crc32(content), 10)
  facts.writeUInt32LE(data.length, 14)
  facts.writeUInt32LE(member.size ?? content.length, 18)
  const localFacts = Buffer.from(facts)
  if (hasDescriptor) localFacts.fill(0, 10)
  const descriptor = hasDescriptor ? [Buffer.from('PK\x07\x08'), facts.subarray(10)] : []
  const local = [
    Buffer.from('PK\x03\x04'),
    localFacts,
    lengths(localName, extra),
    localName,
    extra,
    data,
    ...descriptor,
  ]
  const entry = (offset: number) => {
    const rest = Buffer.alloc(14)
    rest.writeUInt16LE(member.mode ?? 0, 8)
    rest.writeUInt32LE(offset, 10)
    const madeBy = Buffer.from([20, member.mode === undefined ? 0 : 3])
    return Buffer.concat([Buffer.from('PK\x01\x02'), madeBy, facts, lengths(name, extra), rest, name, extra])
  }
  return { local: Buffer.concat(local), entry }
}

function lengths(name: Uint8Array, extra: Uint8Array): Buffer {
  const field = Buffer.alloc(4)
  field.writeUInt16LE(name.length, 0)
  field.writeUInt16LE(extra.length, 2)
  return field
}

export interface TarEntry {
  name: string
  content?: string
  type?: string
  link?: string
  /** The size field as it is. */
  size?: Buffer
}

/** A tar archive laid block by block; without `end` the two blocks of zeros are not there. */
export function makeTar(entries: readonly TarEntry[], end = true): Buffer {
  const parts = entries.map(({ name, content = '', type = '0', link = '', size }) => {
    const header = Buffer.alloc(512)
    header.write(name, 0, 100, 'utf8')
    header.write('0000644\0', 100, 'latin1')
    if (size) size.copy(header, 124)
    else header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124, 'latin1')
    header.write('        ', 148, 'latin1')
    header.write(type, 156, 'latin1')
    header.write(link, 157, 100, 'utf8')
    header.write('ustar\x0000', 257, 'latin1')
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    const data = Buffer.from(content)
    return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)])
  })
  return Buffer.concat([...parts, Buffer.alloc(end ? 1024 : 0)])
}
