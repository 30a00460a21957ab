import {
  type Extracted,
  type ExtractedResult,
  errorText,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqError,
  StoqExtractorPlugin,
} from 'stoq'
import { detectFormat, type Format } from './formats.ts'
import { baseName } from './names.ts'
import { findAppended, isProgram } from './programs.ts'
import { Cut, type Member, Task } from './task.ts'
import { asBuffer } from './zip-directory.ts'

/**
 * Unpacks one layer of archives and compressed files, by their content. meta: `filename`, `size`, `archive_type`;
 * `original_path` as the archive tells it, `password`, `damaged` and `offset` (in a program) where they apply.
 */
export class DecompressExtractor extends StoqExtractorPlugin {
  /** Tried in this order when something is encrypted. */
  password_list: string[] = ['-', 'infected', 'password']
  /** Bytes of the largest payload that is unpacked. */
  maximum_size = 50_000_000

  extract(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    const found = find(payload)
    if (!found) return null
    const { format } = found
    if (payload.length > this.maximum_size) {
      context.budget.cut(
        'maximum_size',
        `${payload.length} bytes of ${format} not unpacked: more than ${this.maximum_size}`,
      )
      return null
    }
    const filename = typeof kwargs.filename === 'string' ? kwargs.filename : null
    const passwords = this.#passwords(kwargs['archive_passwords'])
    const guesses = wordsOf(kwargs['password_words']).filter(word => !passwords.includes(word))
    const input = { payload: payload.subarray(found.start), filename, passwords, guesses }
    return this.#unpack(found, new Task(input, context, this.log))
  }

  /** Text with commas or a list in `archive_passwords` takes the place of the option. Blanks inside a password count. */
  #passwords(given: unknown): string[] {
    if (typeof given === 'string') return clean(given.split(',').map(password => password.trim()))
    return Array.isArray(given) ? clean(given.map(String)) : clean(this.password_list)
  }

  /** What can be read comes first; what could not is thrown at the end. */
  async *#unpack({ format, start }: Archive, task: Task): AsyncGenerator<Extracted> {
    task.startStep()
    try {
      for await (const member of await membersOf(format, task)) {
        yield [{ ...metaOf(format, member), ...(start > 0 && { offset: start }) }, member.content]
        task.handedOver(member.content.length)
        await task.breathe()
      }
    } catch (cause) {
      if (cause instanceof StoqError) throw cause
      if (!(cause instanceof Cut)) throw failure(errorText(cause), cause)
    }
    if (task.verdict !== null) throw failure(`${format}: ${task.verdict}`)
  }
}

/** Words of a mail that are tried, and how long each may be. */
const maxWords = 1000
const maxWord = 256

/** Words of the mail that an archive came in, the likely ones first (extractor:email). */
function wordsOf(given: unknown): string[] {
  if (!Array.isArray(given)) return []
  const words = given.filter(word => typeof word === 'string' && word.length <= maxWord)
  return clean(words).slice(0, maxWords)
}

interface Archive {
  format: Format
  /** Where it begins, behind the program that would unpack it. */
  start: number
}

function find(payload: Payload): Archive | null {
  const format = detectFormat(payload)
  if (format) return { format, start: 0 }
  const bytes = asBuffer(payload)
  return isProgram(bytes) ? findAppended(bytes) : null
}

function clean(passwords: readonly string[]): string[] {
  return [...new Set(passwords)].filter(password => password !== '')
}

function failure(reason: string, cause?: unknown): StoqError {
  return new StoqError(
    'STOQ_PLUGIN_FAILED',
    ['extractor:decompress', reason],
    cause === undefined ? {} : { cause },
  )
}

/** Each unpacker is loaded when the first payload needs it: a stoQ that only lists its plugins loads none. */
async function membersOf(format: Format, task: Task): Promise<AsyncIterable<Member> | Iterable<Member>> {
  switch (format) {
    case 'zip':
      return (await import('./zip.ts')).unpackZip(task)
    case 'tar':
      return (await import('./tar.ts')).unpackTar(task)
    case 'ar':
      return (await import('./ar.ts')).unpackAr(task)
    case 'gz':
      return (await import('./streams.ts')).unpackGzip(task)
    case 'zst':
      return (await import('./streams.ts')).unpackZstd(task)
    case 'lz':
      return (await import('./lzip.ts')).unpackLzip(task)
    case 'zlib':
      return (await import('./streams.ts')).unpackZlib(task)
    case 'ace':
      throw failure('ACE archives are recognised and not supported')
    default:
      return (await import('./sevenzip.ts')).unpackSevenZip(task, format)
  }
}

/** v1: `filename` is the last part of the path. Names are data, but always valid text. */
function metaOf(format: Format, member: Member): Record<string, unknown> {
  const { path, content, password, damaged } = member
  const filename = (member.name ?? (path === null ? null : baseName(path)))?.toWellFormed()
  return {
    ...(filename !== undefined && { filename }),
    size: content.length,
    ...(path !== null && path !== filename && { original_path: path.toWellFormed() }),
    archive_type: format === 'rar5' ? 'rar' : format,
    ...(password !== undefined && { password }),
    ...(damaged !== undefined && { damaged }),
  }
}
