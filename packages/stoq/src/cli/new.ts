import { userInfo } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { loadSettings, pluginFolders } from '../config/settings.ts'
import { isPluginCategory, pluginCategories } from '../plugin/categories.ts'
import { discoverPlugins } from '../plugin/discovery.ts'
import { printable } from '../results/printable.ts'
import { type Draft, withArticle } from '../scaffold/draft.ts'
import { pluginFiles } from '../scaffold/files.ts'
import { writeFolder } from '../scaffold/write.ts'
import { canAsk, openAsker } from './ask.ts'
import { type CommandUsage, readFlags, type Said, usageFault } from './flags.ts'
import { commandNames, exitStatus } from './main.ts'
import { nearest } from './nearest.ts'

export const newUsage: CommandUsage = {
  call: 'new KIND NAME',
  about: `Makes a plugin that runs and passes its tests: a folder with its .stoq file, code, tests, a sample and a README.
KIND is one of ${pluginCategories.join(', ')}.
On a terminal, what is not said is asked.`,
  flags: {
    dir: { short: 'd', value: 'DIR', help: 'Make the folder NAME in DIR, not where stoQ looks for plugins' },
    author: { value: 'TEXT', help: 'Who makes it' },
    description: { value: 'TEXT', help: 'What it does, in a line' },
    js: { help: 'JavaScript, not TypeScript' },
    package: { help: 'With a package.json to publish it with npm' },
    yes: { short: 'y', help: 'Do not ask' },
  },
}

/** `stoq new KIND NAME`: makes a plugin to begin with. */
export async function newPlugin(words: string[]): Promise<number> {
  const said = readFlags(newUsage, words)
  if (!said) return exitStatus.ok
  const draft = await completeDraft(said)
  const { settings } = loadSettings()
  const { dir } = said.flags
  const [home = ''] = settings.plugin_dir_list
  const installed = join(home, draft.kind, draft.name)
  const isInstalled = typeof dir !== 'string'
  const folder = isInstalled ? installed : resolve(dir, draft.name)
  const twin = discoverPlugins(pluginFolders(settings)).plugins.find(
    ({ category, name }) => category === draft.kind && name.toLowerCase() === draft.name.toLowerCase(),
  )
  if (twin)
    throw usageFault(
      `there is ${withArticle(draft.kind)} named ${twin.name} already, in ${twin.path}: take another name`,
    )
  const shown = relative(process.cwd(), folder)
  const place = shown.startsWith('..') ? folder : `./${shown}`
  writeFolder(folder, pluginFiles(draft, { folder: place, installed, isInstalled }))
  process.stdout.write(printable(`${draft.kind}:${draft.name} is in ${place}`))
  process.stdout.write(`\n  stoq test ${printable(place)}\n`)
  if (!isInstalled) process.stdout.write(`  stoq install ${printable(place)}\n`)
  return exitStatus.ok
}

/** What was said, and asked where that is possible. Throws STOQ_CLI_USAGE. */
async function completeDraft({ words, flags }: Said): Promise<Draft> {
  const [kind, name, ...more] = words
  if (more.length > 0) throw usageFault(`unexpected word '${more[0]}': stoq new KIND NAME`)
  const mayAsk = canAsk() && flags['yes'] !== true
  if (!mayAsk && (kind === undefined || name === undefined)) {
    throw usageFault(
      `new needs a kind and a name: stoq new KIND NAME; KIND is one of ${pluginCategories.join(', ')}`,
    )
  }
  const asker = mayAsk ? openAsker() : null
  const settle = async (question: string, given: string | undefined, fallback: string, fault: Check) => {
    if (given === undefined && asker) return asker.ask(question, fallback, fault)
    const value = given ?? fallback
    const wrong = fault(value)
    if (wrong !== null) throw usageFault(wrong)
    return value
  }
  try {
    const chosen = (await settle(
      `Kind (${pluginCategories.join(', ')})`,
      kind,
      '',
      kindFault,
    )) as Draft['kind']
    const called = await settle('Name', name, '', text => nameFault(text, chosen))
    return {
      kind: chosen,
      name: called,
      description: await settle(
        'What does it do',
        textOf(flags['description']),
        `${called}, ${withArticle(chosen)}`,
        lineFault,
      ),
      author: await settle('Author', textOf(flags['author']), userName(), lineFault),
      js: flags['js'] === true,
      package: flags['package'] === true,
    }
  } finally {
    asker?.close()
  }
}

type Check = (text: string) => string | null

function textOf(flag: string | true | undefined): string | undefined {
  return typeof flag === 'string' ? flag.trim() : undefined
}

function kindFault(kind: string): string | null {
  if (isPluginCategory(kind)) return null
  return `'${kind}' is no kind of plugin${nearest(kind, pluginCategories)}: ${pluginCategories.join(', ')}`
}

function nameFault(name: string, kind: string): string | null {
  if (!/^[A-Za-z0-9][\w-]{0,63}$/.test(name))
    return `'${name}' is no name: up to 64 letters, digits, '_' and '-', the first one a letter or a digit`
  const isCommand = kind === 'worker' && commandNames().includes(name)
  return isCommand ? `'stoq ${name}' is a command: take another name for the worker` : null
}

function lineFault(text: string): string | null {
  if (printable(text) !== text) return 'it must be one line of plain text'
  return text.length > 200 ? 'it must be no longer than 200 characters' : null
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A user id without a name, in a container.
    return 'unknown'
  }
}
