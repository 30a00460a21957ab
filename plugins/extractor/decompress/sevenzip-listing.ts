import { Printed } from './printed.ts'

/** What 7-Zip's listing tells of a member. */
export interface Listed {
  path: string
  size: number | null
  isEncrypted: boolean
  /** Type of file as `ls` shows it: `-`, `l`, `p` …; `-` where it is not told. */
  type: string
}

/** Text that is looked at together. */
const enough = 2 ** 16

/** Members that are remembered: the others are unpacked without knowing what the listing tells of them. */
const maxMembers = 100_000

/**
 * Reads a listing (`l -slt -ba`) as it comes, folders left out: only the members are held, not the text.
 * 7-Zip writes line breaks in names as `_`: no name makes a line.
 */
export class ListingReader {
  readonly members: Listed[] = []
  readonly #printed = new Printed()
  #lookAt = enough

  /** True when there are more members than are remembered. */
  get isFull(): boolean {
    return this.members.length >= maxMembers
  }

  read(bytes: Uint8Array): void {
    this.#printed.add(bytes)
    if (this.#printed.size < this.#lookAt) return
    this.#parse(this.#printed.takeTo('\n\n'))
    this.#lookAt = Math.max(enough, this.#printed.size * 2)
  }

  /** What came last; the listing is over. */
  end(): Listed[] {
    this.#parse(this.#printed.takeAll())
    return this.members
  }

  #parse(text: string): void {
    for (const block of text.split('\n\n')) {
      const member = parseMember(block)
      if (member && !this.isFull) this.members.push(member)
    }
  }
}

function parseMember(block: string): Listed | null {
  const fields = parseBlock(block)
  const path = fields.get('Path')
  if (path === undefined || fields.get('Folder') === '+') return null
  const attributes = fields.get('Mode') ?? fields.get('Attributes') ?? ''
  const type = /(?:^|\s)([-bcdlps])[-rwxsStT]{9}(?:\s|$)/.exec(attributes)?.[1] ?? '-'
  if (type === 'd' || /^D/.test(attributes)) return null
  const size = fields.get('Size') ?? ''
  return { path, size: size === '' ? null : Number(size), isEncrypted: fields.get('Encrypted') === '+', type }
}

/** `Name = value` lines; the first of each name counts. */
function parseBlock(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const at = line.indexOf(' = ')
    if (at > 0 && !fields.has(line.slice(0, at))) fields.set(line.slice(0, at), line.slice(at + 3))
    else if (line.endsWith(' =') && !fields.has(line.slice(0, -2))) fields.set(line.slice(0, -2), '')
  }
  return fields
}
