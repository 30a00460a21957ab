import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { Kwargs } from 'stoq'
import type { FuzzInput } from './cases.ts'
import type { Times } from './judge.ts'

/** What a child process is told on its command line, as JSON. */
export interface Order {
  target: string
  /** Folder of other plugins, in place of those of the checkout. */
  plugins?: string
  /** File that always holds the input of the call that runs now. */
  flightFile: string
  /** Seeds of the batches; with `seconds` the last one is counted up until the time is over. */
  seeds: number[]
  /** Of the seeds together. */
  seconds: number
  /** Path of fast-check to one case of the first seed. */
  path?: string
  /** Signatures of faults that are not to be told again. */
  known?: string[]
  /** In place of the usual ones. */
  times?: Times
  /** Inputs to call with instead, as they are. */
  files?: string[]
}

/** Something that went wrong, with the smallest input that was found to bring it about. */
export interface Finding {
  target: string
  /** Text of the fault; of two with the same first line, one is told. */
  fault: string
  seed: number | null
  path: string | null
  payload: Uint8Array
  kwargs: Kwargs
}

export type Report =
  | { kind: 'samples'; chosen: number[] }
  | { kind: 'finding'; finding: Finding }
  | { kind: 'progress'; cases: number; seconds: number; megabytes: number }
  | { kind: 'done'; cases: number; seconds: number }

/** What runs now, readable from outside while the process hangs and after it died. */
export interface Flight {
  /** Calls so far. */
  calls: number
  seed: number
  /** Number of the call within its seed. */
  index: number
  input: FuzzInput
}

const headSize = 24

/** Writes down each call before it is made: one small write, as a process that hangs can't tell any more. */
export class FlightRecorder {
  readonly #file: number
  readonly #head = Buffer.alloc(headSize)
  calls = 0

  constructor(path: string) {
    this.#file = openSync(path, 'w')
  }

  record(seed: number, index: number, input: FuzzInput): void {
    const { payload, ...facts } = input
    const rest = Buffer.from(JSON.stringify(facts))
    this.#head.writeDoubleLE(++this.calls, 0)
    this.#head.writeInt32LE(seed, 8)
    this.#head.writeUInt32LE(index, 12)
    this.#head.writeUInt32LE(payload.length, 16)
    this.#head.writeUInt32LE(rest.length, 20)
    writeSync(this.#file, Buffer.concat([this.#head, payload, rest]), 0, undefined, 0)
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** The number of calls that a process wrote down; it stands still when the process hangs. */
export function countCalls(path: string): number {
  return readPart(path, 0, headSize).subarray(0, headSize).readDoubleLE(0)
}

/** The call that a process wrote down last; null when it made none. */
export function readFlight(path: string): Flight | null {
  const head = readPart(path, 0, headSize)
  const calls = head.readDoubleLE(0)
  if (calls === 0) return null
  const payload = readPart(path, headSize, head.readUInt32LE(16))
  const facts = readPart(path, headSize + payload.length, head.readUInt32LE(20))
  return {
    calls,
    seed: head.readInt32LE(8),
    index: head.readUInt32LE(12),
    input: { payload, ...JSON.parse(facts.toString()) },
  }
}

function readPart(path: string, from: number, length: number): Buffer {
  const part = Buffer.alloc(length)
  const file = openSync(path, 'r')
  readSync(file, part, 0, length, from)
  closeSync(file)
  return part
}
