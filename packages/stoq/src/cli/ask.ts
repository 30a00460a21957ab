import { createInterface } from 'node:readline/promises'
import { StoqError } from '../errors.ts'

/** Asks on a terminal; each question stands until its answer fits. */
export interface Asker {
  /** `fault` says what is wrong with an answer, or null. */
  ask(question: string, fallback: string, fault: (answer: string) => string | null): Promise<string>
  close(): void
}

/** True where a person can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}

/** Opens a dialogue. Ctrl-C and Ctrl-D end it: `ask` throws STOQ_RUN_STOPPED. */
export function openAsker(): Asker {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const ended = new AbortController()
  terminal.on('SIGINT', () => ended.abort())
  terminal.on('close', () => ended.abort())
  const once = async (question: string): Promise<string> => {
    try {
      return (await terminal.question(question, { signal: ended.signal })).trim()
    } catch (error) {
      process.stdout.write('\n')
      throw new StoqError('STOQ_CLI_USAGE', ['stopped: nothing was made'], { cause: error })
    }
  }
  return {
    async ask(question, fallback, fault) {
      for (;;) {
        const answer = (await once(`${question}${fallback ? ` [${fallback}]` : ''}: `)) || fallback
        const wrong = fault(answer)
        if (wrong === null) return answer
        process.stdout.write(`  ${wrong}\n`)
      }
    },
    close: () => terminal.close(),
  }
}
