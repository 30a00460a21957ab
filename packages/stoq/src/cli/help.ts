import { StoqError } from '../errors.ts'
import { version } from '../plugin/version.ts'
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

/** `stoq help`: what stoQ is and how it is called. */
export async function help(words: string[]): Promise<number> {
  if (words.length > 0) throw new StoqError('STOQ_CLI_USAGE', [`see 'stoq ${words[0]} --help'`])
  process.stdout.write(`${logo}  v${version}

Takes files apart and analyses every part.

usage: stoq COMMAND [flags]

Commands:
  scan PATH... [flags]     Scan files and folders with the worker and flags of [scan] in stoq.cfg
                           (yara with dispatching when nothing is set)
  WORKER [flags]           Run a worker: 'stoq list' names them, 'stoq WORKER --help' shows its flags
  explain FILE [flags]     Show which rules match, which plugins they choose, and why others are not
  shell                    Look at a payload by hand: read, run, dispatch, hexdump ... one step at a time
  list                     List the plugins
  new KIND NAME            Make a plugin that runs, to begin with
  test PLUGIN...           Run the tests of plugins: a folder, a name, or all
  install SOURCE...        Install plugins from a folder, a .tgz, npm or git
  uninstall KIND:NAME...   Remove plugins that were installed
  help                     This text
  --version                The version

Examples:
  stoq scan suspicious.zip                    Take a file apart and show the tree
  stoq scan mails/ --format jsonl             One JSON document a line
  stoq yara -F mails/ -D -C file -A file      Save documents and the payloads found as files
  stoq explain suspicious.zip                 Why was this file (not) taken apart?

Exit status: 0 all well, 1 some payloads had errors, 2 wrong usage or set-up, 128 + N stopped by signal N.
`)
  return exitStatus.ok
}
