import { shorten } from './text.ts'

/** Longest name that is told. */
const maxName = 1000

/** `filename` without folders, and `original_path` where the mail tells more. Names are data, never a path. */
export function nameMeta(
  told: string | null,
  otherwise: string,
): { filename: string; original_path?: string } {
  const name = told?.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..')
  if (told === null || name === undefined) return { filename: otherwise }
  const filename = shorten(name, maxName)
  const original_path = shorten(told, maxName)
  return { filename, ...(original_path !== filename && { original_path }) }
}

const suffixes = new Map([
  ['text/plain', 'txt'],
  ['text/calendar', 'ics'],
  ['text/richtext', 'rtx'],
  ['image/jpeg', 'jpg'],
  ['image/svg+xml', 'svg'],
  ['application/octet-stream', 'bin'],
  ['application/msword', 'doc'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/ms-tnef', 'dat'],
  ['application/javascript', 'js'],
  ['application/pkcs7-mime', 'p7m'],
  ['application/pkcs7-signature', 'p7s'],
  ['application/x-pkcs7-signature', 'p7s'],
  ['application/pgp-signature', 'asc'],
])

/** Suffix of a file name for a MIME type: mostly its second half. */
export function suffixOf(type: string): string {
  const known = suffixes.get(type)
  if (known !== undefined) return known
  const [kind, subtype = ''] = type.split('/')
  if (kind === 'message') return 'txt'
  return /^[a-z0-9]{2,5}$/.test(subtype) ? subtype : 'bin'
}
