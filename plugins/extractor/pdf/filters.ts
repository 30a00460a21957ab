import { decode85, decodeHex, decodeRunLength } from './ascii.ts'
import { inflate } from './inflate.ts'
import { decodeLzw } from './lzw.ts'
import { undoPredictor } from './predictor.ts'
import type { Filtered, Wanted } from './sink.ts'
import { type Dict, get } from './values.ts'

/** One filter of a stream, under its long name. */
export interface Step {
  filter: string
  parms: Dict | null
}

/** What is left of a stream when its filters are undone. */
export interface Decoded extends Filtered {
  /** Filters that stay: those of images, and unknown ones. */
  left: string[]
}

/** Abbreviations (ISO 32000-2, table 92), which readers take everywhere. */
const longNames: Readonly<Record<string, string>> = {
  AHx: 'ASCIIHexDecode',
  A85: 'ASCII85Decode',
  LZW: 'LZWDecode',
  Fl: 'FlateDecode',
  RL: 'RunLengthDecode',
  CCF: 'CCITTFaxDecode',
  DCT: 'DCTDecode',
}

export function longName(filter: string): string {
  return Object.hasOwn(longNames, filter) ? (longNames[filter] ?? filter) : filter
}

type Filter = (input: Uint8Array, parms: Dict | null, wanted: Wanted) => Filtered | Promise<Filtered>

/** `Crypt` is the matter of whoever decrypts. */
const filters: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['ASCIIHexDecode', (input, _, wanted) => decodeHex(input, wanted)],
  ['ASCII85Decode', (input, _, wanted) => decode85(input, wanted)],
  ['RunLengthDecode', (input, _, wanted) => decodeRunLength(input, wanted)],
  ['FlateDecode', async (input, parms, wanted) => predict(await inflate(input, wanted), parms)],
  ['LZWDecode', (input, parms, wanted) => predict(decodeLzw(input, isEarly(parms), wanted), parms)],
  ['Crypt', input => ({ content: input, end: 'whole' })],
])

/** Undoes filter after filter. What comes out of each of them is bounded. */
export async function decode(input: Uint8Array, steps: readonly Step[], wanted: Wanted): Promise<Decoded> {
  let content = input
  let end: Filtered['end'] = 'whole'
  for (const [index, { filter, parms }] of steps.entries()) {
    const undo = filters.get(filter)
    if (!undo) return { content, end, left: steps.slice(index).map(step => step.filter) }
    const undone = undo(content, parms, wanted)
    const given = undone instanceof Promise ? await undone : undone
    content = given.content
    end = worse(end, given.end)
    if (end === 'cut' && !wanted.isGlance) break
  }
  return { content, end, left: [] }
}

const ends = ['whole', 'cut short', 'damaged', 'cut'] as const

function worse(one: Filtered['end'], other: Filtered['end']): Filtered['end'] {
  return ends.indexOf(one) > ends.indexOf(other) ? one : other
}

function predict({ content, end }: Filtered, parms: Dict | null): Filtered {
  const given = undoPredictor(content, parms)
  return { content: given.content, end: worse(end, given.end) }
}

function isEarly(parms: Dict | null): boolean {
  return parms === null || get(parms, 'EarlyChange') !== 0
}
