import { Collector } from './collector.ts'
import { baseName } from './names.ts'
import type { Listed } from './sevenzip-listing.ts'
import { runSevenZip, type SevenZipEnd, type SevenZipHost, type SevenZipOutput } from './sevenzip-runtime.ts'
import { inputPath } from './sevenzip-system.ts'
import { ComplaintReader, hasWrongPassword } from './sevenzip-text.ts'
import { Cut, type Member, type Task } from './task.ts'
import type { WasmModule } from './webassembly.ts'

export interface ExtractionInput {
  task: Task
  /** 7-Zip's name for the format, null to let it find out. */
  type: string | null
  input: Uint8Array
  listed: readonly Listed[]
  /** Those that are no content: a volume keeps its books in them. */
  system?: ReadonlySet<Listed>
  /** Name for messages, where 7-Zip's own says nothing. */
  label?: string | null
  /** Bytes of output that are held before they are handed over; 7-Zip then starts again and goes on after them. */
  maxHeld?: number
}

/** What could not be unpacked, and why. */
export interface Problem {
  path: string | null
  reason: string
}

const defaultMaxHeld = 128 * 2 ** 20

const outputFolder = '/o/'

/** No questions, no progress, names in UTF-8 and as they are, with the streams of NTFS. */
const switches = ['-y', '-bso0', '-bsp0', '-sccUTF-8', '-spd', '-sns']

/**
 * Formats in which members are packed together: 7-Zip unpacks also what is refused, silently, and could not be stopped
 * meanwhile. Of the others it passes over the data. Where 7-Zip finds out what is inside it may be one of them.
 */
const solidTypes: ReadonlySet<string> = new Set(['7z', 'cab', 'chm', 'rar', 'rar5', 'wim'])

/** Each write still asks whether there is time. */
const nowhere: SevenZipOutput = { write: () => {}, close: () => {} }

/** A member that 7-Zip writes now, or wrote last: complaints that follow are about it. */
interface Made {
  ordinal: number
  path: string
  listed: Listed | null
  collector: Collector
  isClosed: boolean
  reason: string | null
}

class HeldEnough extends Error {}

/**
 * Unpacks one archive, in as many runs of 7-Zip as it takes: one for each password, each full hand, each member that
 * was too large to hold before its size was known, and each crash. A member that is done is refused in later runs.
 */
export class Extraction implements SevenZipHost {
  readonly input: Uint8Array
  readonly problems: Problem[] = []
  /** Members that no password opened. */
  readonly locked = new Map<number, { round: number; path: string }>()
  /** Names of members that the last password did not even begin to open. */
  readonly shut = new Set<string>()
  readonly #options: ExtractionInput
  readonly #task: Task
  readonly #done = new Set<number>()
  /** What 7-Zip said of members that it did not make. */
  readonly #unmade = new Map<string, string>()
  /** Sizes that a run found out. */
  readonly #sizes = new Map<number, number>()
  #ready: Member[] = []
  #held = 0
  #round = 0
  #password = ''
  #ordinal = 0
  #listedAt = 0
  #made: Made | null = null
  #isRefused = false
  #complaints = new ComplaintReader()
  #archiveReasons = new Set<string>()

  constructor(options: ExtractionInput) {
    this.#options = options
    this.#task = options.task
    this.input = options.input
  }

  async *run(program: WasmModule, passwords: Iterable<string>): AsyncGenerator<Member> {
    for (const password of passwords) {
      this.#round++
      this.#password = password
      yield* this.#runRound(program)
      if (this.locked.size === 0 && this.shut.size === 0) break
    }
    for (const [path, reason] of this.#unmade) this.problems.push({ path, reason })
    for (const reason of this.#archiveReasons) this.problems.push({ path: null, reason })
  }

  async *#runRound(program: WasmModule): AsyncGenerator<Member> {
    for (let before = ''; before !== this.#progress; ) {
      before = this.#progress
      const ended = this.#runOnce(program)
      for (let member = this.#ready.shift(); member; member = this.#ready.shift()) yield member
      this.#held = 0
      if (ended instanceof Cut) throw ended
      if (ended === 'at its end' && this.#sizes.size === 0) return
      await this.#task.breathe()
    }
  }

  /** Another run makes sense only where the one before changed something. */
  get #progress(): string {
    return `${this.#done.size} ${this.#sizes.size}`
  }

  #runOnce(program: WasmModule): 'at its end' | 'early' | Cut {
    this.#ordinal = 0
    this.#listedAt = 0
    this.#complaints = new ComplaintReader()
    this.#archiveReasons = new Set()
    this.#isRefused = false
    this.shut.clear()
    this.#unmade.clear()
    const { type } = this.#options
    const format = type === null ? [] : [`-t${type}`]
    const own = [`-o${outputFolder}`, `-p${this.#password}`]
    try {
      return this.#finish(runSevenZip(program, ['x', ...switches, ...own, ...format, inputPath], this))
    } catch (error) {
      this.#made = null
      if (error instanceof HeldEnough) return 'early'
      if (error instanceof Cut) return error
      throw error
    }
  }

  /** After a crash the rest is tried again without the member that brought it about. */
  #finish(end: SevenZipEnd): 'at its end' | 'early' {
    const crashed = 'failure' in end ? end.failure : null
    const culprit = this.#made
    if (crashed && culprit) culprit.reason ??= crashed
    this.#settle()
    if (!crashed) return 'at its end'
    if (culprit && this.#done.has(culprit.ordinal)) return 'early'
    this.#archiveReasons.add(crashed)
    return 'at its end'
  }

  check(): void {
    this.#task.check()
  }

  print(channel: 'out' | 'error', bytes: Uint8Array): void {
    if (channel === 'out') return
    for (const { of, reason, name } of this.#complaints.read(bytes)) {
      if (of === 'archive') this.#archiveReasons.add(reason)
      else if (this.#made && isAbout(this.#made, name)) this.#made.reason ??= reason
      else if (!this.#isRefused) this.#complainOfNone(name, reason)
    }
  }

  /** Where not even the first bytes can be read, 7-Zip complains of a member that it did not make. */
  #complainOfNone(name: string, reason: string): void {
    if (hasWrongPassword(reason)) this.shut.add(name)
    else this.#unmade.set(name, reason)
  }

  create(target: string): SevenZipOutput | null {
    this.#settle()
    const ordinal = this.#ordinal++
    const path = target.startsWith(outputFolder) ? target.slice(outputFolder.length) : target
    const listed = this.#findListed(path)
    this.#isRefused = !this.#isWanted(ordinal) || this.#isSystem(listed)
    if (this.#isRefused) return this.#isSolid ? nowhere : null
    const { maxHeld = defaultMaxHeld } = this.#options
    if (this.#held >= maxHeld && this.#ready.length > 0) throw new HeldEnough()
    this.#task.admit(this.#options.label ?? path, this.#ready.length)
    const expected = this.#sizes.get(ordinal) ?? listed?.size ?? null
    const collector = new Collector(this.#task, this.#options.label ?? path, expected, this.#held)
    const made: Made = { ordinal, path, listed, collector, isClosed: false, reason: null }
    this.#made = made
    return {
      write: bytes => collector.write(bytes),
      close: () => {
        made.isClosed = true
      },
    }
  }

  get #isSolid(): boolean {
    const { type } = this.#options
    return type === null || solidTypes.has(type)
  }

  #isSystem(listed: Listed | null): boolean {
    return listed !== null && this.#options.system?.has(listed) === true
  }

  #isWanted(ordinal: number): boolean {
    return !this.#done.has(ordinal) && this.locked.get(ordinal)?.round !== this.#round
  }

  /** The entry of the listing for what 7-Zip makes now: both come in the order of the archive, the listing has more. */
  #findListed(path: string): Listed | null {
    const name = plainName(path)
    for (let index = this.#listedAt; index < this.#listedAt + maxSkipped; index++) {
      const listed = this.#options.listed[index]
      if (!listed || plainName(listed.path) !== name) continue
      this.#listedAt = index + 1
      return listed
    }
    return null
  }

  /** Decides about the member that was made last, as everything that 7-Zip has to say of it is said. */
  #settle(): void {
    const made = this.#made
    this.#made = null
    if (!made) return
    const path = this.#options.label ?? fullPath(made)
    if (made.reason !== null && hasWrongPassword(made.reason)) {
      this.locked.set(made.ordinal, { round: this.#round, path })
      return
    }
    this.locked.delete(made.ordinal)
    const problem = made.isClosed ? made.reason : (made.reason ?? 'could not be unpacked')
    if (problem !== null && !isWorthGiving(made, problem)) this.#giveUp(made, path, problem)
    else if (made.collector.size === 0 && made.listed && made.listed.type !== '-') this.#leaveOut(made, path)
    else this.#keep(made, path, problem)
  }

  #giveUp(made: Made, path: string, reason: string): void {
    this.#done.add(made.ordinal)
    this.#sizes.delete(made.ordinal)
    this.problems.push({ path, reason })
  }

  /** Links were said when the listing was read. */
  #leaveOut(made: Made, path: string): void {
    this.#done.add(made.ordinal)
    if (made.listed?.type !== 'l') this.#task.leaveOut(path, 'no regular file')
  }

  #keep(made: Made, path: string, problem: string | null): void {
    const content = made.collector.take()
    if (!content) {
      this.#sizes.set(made.ordinal, made.collector.size)
      return
    }
    this.#done.add(made.ordinal)
    this.#sizes.delete(made.ordinal)
    this.#held += content.length
    const damaged = problem !== null && problem !== trailingData
    if (damaged) this.problems.push({ path, reason: problem })
    this.#ready.push({
      path,
      content,
      ...(made.listed?.isEncrypted && { password: this.#password }),
      ...(damaged && { damaged: problem }),
    })
  }
}

/** The listing may hold folders and links that nothing is made for; more than these in a row are not passed over. */
const maxSkipped = 64

/** 7-Zip's word for bytes after the end of a stream, which is whole. */
const trailingData = 'There are some data after the end of the payload data'

/** 7-Zip's word for a stream that is cut short. */
const unexpectedEnd = 'Unexpected end of data'

/**
 * Content with a wrong CRC is worth giving where it has the size that it should have; so is what comes before the end of a stream
 * that is cut short, unless a wrong password made it look so.
 */
function isWorthGiving({ listed, collector }: Made, problem: string): boolean {
  if (problem === trailingData) return true
  if (problem === unexpectedEnd) return collector.size > 0 && !listed?.isEncrypted
  if (problem !== 'CRC Failed') return false
  return !listed || listed.size === null || listed.size === collector.size
}

/** 7-Zip prints names in its own way: letters and digits are enough to tell a member from the one before it. */
function isAbout({ path, listed }: Made, printed: string): boolean {
  const letters = (text: string) => (baseName(text) ?? '').replace(/[^A-Za-z0-9]/g, '')
  return letters(printed) === letters(listed?.path ?? path) || letters(printed) === letters(path)
}

/** Last part of a path as the listing shows it. */
function plainName(path: string): string {
  return (baseName(path) ?? '').replace(/[\0-\x1f\x7f]/g, '_')
}

/** 7-Zip writes below its folder whatever the archive says: the listing knows the path as it is told. */
function fullPath({ path, listed }: Made): string {
  const name = baseName(path) ?? path
  const told = listed && baseName(listed.path)
  if (!listed || !told) return path
  return listed.path.slice(0, listed.path.lastIndexOf(told)) + name
}
