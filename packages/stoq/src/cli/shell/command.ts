import type { Session } from './session.ts'
import type { Voice } from './voice.ts'

/** What a command gets. */
export interface Call {
  session: Session
  voice: Voice
  /** The words after the name of the command. */
  words: readonly string[]
}

/** Words that may stand at a place; one that ends with `/` or `=` goes on. */
export type Complete = (
  session: Session,
  before: readonly string[],
  word: string,
) => readonly string[] | Promise<readonly string[]>

/** A command of the shell. */
export interface ShellCommand {
  /** Its name and words. */
  usage: string
  /** What it does, in a line. */
  summary: string
  /** More than that, for `help COMMAND`. */
  details?: string
  complete?: Complete
  /** Throws what went wrong. */
  run(call: Call): void | Promise<void>
}
