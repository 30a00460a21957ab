import { type Bomb, repeat, type Scale } from './bomb.ts'

/** Text that makes a careless regular expression try again and again, by name. */
export const traps: Readonly<Record<string, { head?: string; again: string; tail?: string }>> = {
  spaces: { head: 'x', again: ' ', tail: 'x' },
  'line-breaks': { again: '\r\n' },
  'open-brackets': { again: '<' },
  'open-tags': { again: '<meta charset ' },
  'xml-head': { head: '<?xml ', again: 'encoding = ', tail: '>' },
  'open-quotes': { again: '"\\' },
  escapes: { head: '(', again: '\\' },
  percents: { head: '%', again: '0', tail: '!' },
  numbers: { again: '1', tail: 'x' },
  dots: { again: '.a', tail: '!' },
  slashes: { again: '/', tail: 'x' },
  words: { again: 'a', tail: '!' },
  base64: { again: 'QUJD', tail: '!' },
  'mail-heads': { head: 'From: ', again: 'a@', tail: '>' },
  parentheses: { again: '(', tail: ')' },
  'pdf-objects': { head: '%PDF-1.7\n', again: '1 0 obj << /Length 1 >> stream\n' },
  'pdf-shown': { head: '%PDF-1.7\n1 0 obj\nstream\nBT ', again: '(a)Tj T* ' },
  'pdf-hex': { head: '%PDF-1.7\n1 0 obj\nstream\nBT ', again: '<a ' },
  mz: { again: 'MZ' },
  'zip-ends': { again: 'PK\x05\x06' },
  'zip-locals': { again: 'PK\x03\x04' },
}

/** About `size` characters of a trap. */
export function trapOf(name: string, size: number): string {
  const { head = '', again = '', tail = '' } = traps[name] ?? {}
  return head + again.repeat(Math.ceil(size / again.length)) + tail
}

/** Each trap as a file, of ten bytes for each of `count`. */
export const trapBombs: readonly Bomb[] = Object.entries(traps).map(
  ([name, { head = '', again, tail = '' }]) => ({
    name: `trap-${name}.txt`,
    *pieces({ count }: Scale): Generator<Uint8Array> {
      yield Buffer.from(head, 'latin1')
      const piece = Buffer.from(again.repeat(Math.ceil(1000 / again.length)), 'latin1')
      yield* repeat(piece, Math.ceil((count * 10) / piece.length))
      yield Buffer.from(tail, 'latin1')
    },
  }),
)
