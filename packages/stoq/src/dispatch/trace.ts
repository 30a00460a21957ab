import type { StringMatch } from './yara/engine.ts'

/** What the dispatcher did and why, in order: `stoq explain` prints it. */
export type TraceEvent =
  | {
      kind: 'payload'
      payload_id: number
      parent_id: number | null
      filename: string
      size: number
      sha1: string
    }
  | { kind: 'unmatched'; payload_id: number }
  | { kind: 'rule'; payload_id: number; rule: string; plugin: string; strings: readonly StringMatch[] }
  | { kind: 'chosen'; payload_id: number; rule: string; plugin: string }
  | { kind: 'skipped'; payload_id: number; rule: string; plugin: string; reason: string }
  | { kind: 'result'; payload_id: number; plugin: string; found: number }
  | { kind: 'duplicate'; payload_id: number; plugin: string; filename: string; sha1: string; reason: string }
  | { kind: 'cut'; payload_id: number; limit: string; detail: string }
  | { kind: 'error'; payload_id: number; plugin: string; message: string }

export type Trace = (event: TraceEvent) => void
