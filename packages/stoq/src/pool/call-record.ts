import { readSync, writeSync } from 'node:fs'
import { printable } from '../results/printable.ts'

/** Payloads that one scan process may have begun at once: each has a place in its record. */
export const slots = 8
const slotLength = 96
const nameLength = slotLength - 17
/** In place of a number: there is none. */
const nothing = Buffer.alloc(4)

/** What a scan process was at when it was last heard of. */
export interface CallRecord {
  /** The payload's number in the pool. */
  id: number
  /** Payload of its document. */
  payload_id: number
  /** `category:name` of the plugin that was called last; the worker from the beginning on. */
  plugin: string
  /** When the plugin was called, in milliseconds since 1970. */
  since: number
}

/**
 * Written by a scan process before every call of a plugin, into a file that the one who started it reads: it holds
 * when the process hangs, is killed or crashes. Costs a microsecond.
 */
export class CallRecorder {
  readonly #file: number
  readonly #free = Array.from({ length: slots }, (_, slot) => slots - 1 - slot)
  readonly #buffer = Buffer.alloc(slotLength)
  /** Places whose payload has just begun, on its way to that worker, and those whose payload has ended, which the file does not say yet. */
  readonly #begun = new Map<number, string>()
  readonly #ended = new Set<number>()

  constructor(file: number) {
    this.#file = file
  }

  /** A place for a payload that begins, on its way to the worker. */
  begin(id: number, worker: string): number {
    const slot = this.#free.pop() ?? 0
    this.#ended.delete(slot)
    this.enter(slot, id, 0, worker)
    this.#begun.set(slot, worker)
    return slot
  }

  /** A plugin begins to work on a payload. */
  enter(slot: number, id: number, payloadId: number, plugin: string): void {
    // The first call is that of the worker, which the record names already, unless that is left out.
    const first = this.#begun.get(slot)
    this.#begun.delete(slot)
    if (first === plugin && payloadId === 0) return
    const buffer = this.#buffer
    buffer.writeUInt32LE(id, 0)
    buffer.writeUInt32LE(payloadId, 4)
    buffer.writeDoubleLE(Date.now(), 8)
    const length = buffer.write(plugin, 17, nameLength, 'utf8')
    buffer[16] = length
    writeSync(this.#file, buffer, 0, slotLength, slot * slotLength)
  }

  /** The payload has come to its end: the next one takes its place, or `settle` empties it. */
  end(slot: number): void {
    this.#free.push(slot)
    this.#ended.add(slot)
  }

  /** Called when nothing has begun in the place of what has ended. */
  settle(): void {
    for (const slot of this.#ended) writeSync(this.#file, nothing, 0, nothing.length, slot * slotLength)
    this.#ended.clear()
  }
}

/** Makes room for all places: a disk that is full is told before a process starts. */
export function reserveCalls(file: number): void {
  writeSync(file, Buffer.alloc(slots * slotLength), 0, slots * slotLength, 0)
}

/** A name of a plugin, safe to show and to use as a key: the process may have been taken over by what it scans. */
function plainName(name: string): string {
  return /^[a-z]+:./.test(name) && name === printable(name) ? name : 'stoq:unknown'
}

/** What the record of a scan process says. Numbers of payloads begin at 1; what is not one is left out. */
export function readCalls(file: number): CallRecord[] {
  const buffer = Buffer.alloc(slots * slotLength)
  const length = readSync(file, buffer, 0, buffer.length, 0)
  const records: CallRecord[] = []
  for (let start = 0; start + slotLength <= length; start += slotLength) {
    const id = buffer.readUInt32LE(start)
    if (id === 0) continue
    const end = start + 17 + Math.min(buffer[start + 16] ?? 0, nameLength)
    records.push({
      id,
      payload_id: buffer.readUInt32LE(start + 4),
      since: buffer.readDoubleLE(start + 8),
      plugin: plainName(buffer.toString('utf8', start + 17, end)),
    })
  }
  return records
}
