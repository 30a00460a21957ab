import { readdirSync, readFileSync } from 'node:fs'

/** Processes whose command line holds these words, over the whole system. */
export function running(words: string): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => commandLine(pid).includes(words))
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
  } catch {
    // It has just ended.
    return ''
  }
}
