import { StoqError } from '../errors.ts'
import { version } from '../plugin/version.ts'
import { type CommandText, commands } from './command-table.ts'
import { exitStatus } from './main.ts'

const logo = `
    .d8888b.  888             .d88888b.
   d88P  Y88b 888            d88P" "Y88b
   Y88b.      888            888     888
    "Y888b.   888888 .d88b.  888     888
       "Y88b. 888   d88""88b 888     888
         "888 888   888  888 888 Y8b 888
   Y88b  d88P Y88b. Y88..88P Y88b.Y8b88P
    "Y8888P"   "Y888 "Y88P"   "Y888888"
                                    Y8b`

/** Command lines, and what they do. */
export const examples: readonly (readonly [command: string, what: string])[] = [
  ['stoq scan suspicious.zip', 'Take a file apart and show the tree'],
  ['stoq scan mails/ --format jsonl', 'One JSON document a line'],
  ['stoq yara -F mails/ -D -C file -A file', 'Save documents and the payloads found as files'],
  ['stoq explain suspicious.zip', 'Why was this file (not) taken apart?'],
]

/** What the exit status of the command means. */
export const exitText =
  '0 all well, 1 some payloads had errors, 2 wrong usage or set-up, 128 + N stopped by signal N.'

/** `  usage     What it does`, on as many lines as the help has. */
export function commandLines({ usage, help: lines }: CommandText): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? usage : '').padEnd(24)} ${line}`)
}

/** `stoq help`: what stoQ is and how it is called. */
export async function help(words: string[]): Promise<number> {
  if (words.length > 0) throw new StoqError('STOQ_CLI_USAGE', [`see 'stoq ${words[0]} --help'`])
  process.stdout.write(`${logo}  v${version}

Takes files apart and analyses every part.

usage: stoq COMMAND [flags]

Commands:
${commands.flatMap(commandLines).join('\n')}

Examples:
${examples.map(([command, what]) => `  ${command.padEnd(43)} ${what}`).join('\n')}

Exit status: ${exitText}
`)
  return exitStatus.ok
}
