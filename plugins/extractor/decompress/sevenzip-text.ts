import { Printed } from './printed.ts'

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
  readonly #printed = new Printed()
  #section = ''

  /** Complaints that `bytes` bring to an end. */
  read(bytes: Uint8Array): Complaint[] {
    this.#printed.add(bytes)
    // A line without an end is no message of 7-Zip's.
    if (this.#printed.size > maxLine && !bytes.includes(0x0a)) this.#printed.takeAll()
    if (!bytes.includes(0x0a)) return []
    const lines = this.#printed.takeTo('\n').split('\n').slice(0, -1)
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
const unreadable = 'cannot be opened: damaged, cut short or of a kind that 7-Zip does not know'
