import type { ShellCommand } from './command.ts'
import { mistake } from './faults.ts'
import { completePath, namesIn, toPath } from './places.ts'

/** `ls`, `ls samples`. */
export const ls: ShellCommand = {
  usage: 'ls [PATH]',
  summary: 'Show the names in a folder',
  complete: completePath,
  async run({ voice, words }) {
    if (words.length > 1) throw mistake('Usage: ls [PATH] (a path with blanks is written in quotes)')
    await voice.lines(listed(toPath(words[0] ?? '.')))
  },
}

function listed(folder: string): string[] {
  try {
    return namesIn(folder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'ENOTDIR') return [folder]
    if (code === 'ENOENT') throw mistake('File/Directory does not exist.')
    throw error
  }
}
