/** What 7-Zip's listing tells of a member. */
export interface Listed {
  path: string
  size: number | null
  isEncrypted: boolean
  /** Type of file as `ls` shows it: `-`, `l`, `p` …; `-` where it is not told. */
  type: string
}

/** Members of a listing (`l -slt -ba`), folders left out. 7-Zip writes line breaks in names as `_`: no name makes a line. */
export function parseListing(text: string): Listed[] {
  const members: Listed[] = []
  for (const block of text.split('\n\n')) {
    const fields = parseBlock(block)
    const path = fields.get('Path')
    if (path === undefined || fields.get('Folder') === '+') continue
    const attributes = fields.get('Mode') ?? fields.get('Attributes') ?? ''
    const type = /(?:^|\s)([-bcdlps])[-rwxsStT]{9}(?:\s|$)/.exec(attributes)?.[1] ?? '-'
    const size = fields.get('Size') ?? ''
    if (type === 'd' || /^D/.test(attributes)) continue
    members.push({
      path,
      size: size === '' ? null : Number(size),
      isEncrypted: fields.get('Encrypted') === '+',
      type,
    })
  }
  return members
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

/** A line that 7-Zip prints on standard error. */
export interface Complaint {
  /** `member`: of the one that it made last, where it made one. */
  of: 'member' | 'archive'
  reason: string
  /** The member's name as printed. */
  name: string
}

/** Reads 7-Zip's complaints as they come. */
export class ComplaintReader {
  #rest = Buffer.alloc(0)
  #section = ''

  /** Complaints that `bytes` bring to an end. */
  read(bytes: Uint8Array): Complaint[] {
    const text = Buffer.concat([this.#rest, bytes])
    const end = text.lastIndexOf(0x0a) + 1
    // A line without an end is no message of 7-Zip's.
    this.#rest = text.length - end > maxLine ? Buffer.alloc(0) : text.subarray(end)
    const lines = text.subarray(0, end).toString('utf8').split('\n').slice(0, -1)
    return lines.map(line => this.#readLine(line)).filter(complaint => complaint !== null)
  }

  #readLine(line: string): Complaint | null {
    if (line === 'ERRORS:' || line === 'WARNINGS:' || line === '') {
      this.#section = line
      return null
    }
    const reason = memberReasons.find(known => line.startsWith(`ERROR: ${known} : `))
    if (reason) return { of: 'member', reason, name: line.slice(`ERROR: ${reason} : `.length) }
    if (cannotOpen.test(line))
      return { of: 'archive', reason: hasWrongPassword(line) ? wrongPassword : unreadable, name: '' }
    const isReason = this.#section === 'ERRORS:' && line !== 'Is not archive'
    return isReason ? { of: 'archive', reason: line.trim(), name: '' } : null
  }
}

/** True for each of 7-Zip's ways to say so. */
export function hasWrongPassword(text: string): boolean {
  return /wrong password/i.test(text)
}

const maxLine = 65_536

/** 7-Zip's words for a member that it could not unpack. */
const memberReasons = [
  'Unsupported Method',
  'CRC Failed in encrypted file. Wrong password?',
  'CRC Failed',
  'Data Error in encrypted file. Wrong password?',
  'Data Error',
  'Unavailable data',
  'Unexpected end of data',
  'There are some data after the end of the payload data',
  'Is not archive',
  'Headers Error',
  'Wrong password',
]

const cannotOpen = /cannot open (encrypted archive|the file as)/i

/** The password does not open the list of names. */
export const wrongPassword = 'Wrong password'
const unreadable = 'cannot be opened: damaged or cut short'
