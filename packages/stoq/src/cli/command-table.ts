import { pluginCategories } from '../plugin/categories.ts'

/** What people are told of a command: in the help, in the man page, when they press Tab. */
export interface CommandText {
  /** The first word; absent for the line on workers. */
  name?: string
  /** `scan PATH... [flags]`. */
  usage: string
  /** What it does, one line each of at most 88 characters. */
  help: readonly string[]
  /** Words that may follow, or what they are. */
  takes?: readonly string[] | 'paths' | 'plugins' | 'installed' | 'folders'
  /** Flags of its own; `worker`: those that every worker takes. */
  flags?: readonly CommandFlag[] | 'worker'
}

/** A flag of a command that runs no worker. */
export interface CommandFlag {
  flag: string
  help: string
}

/** Every command that `main` knows, in the order of the help. */
export const commands: readonly CommandText[] = [
  {
    name: 'scan',
    usage: 'scan PATH... [flags]',
    help: [
      'Scan files and folders with the worker and flags of [scan] in stoq.cfg',
      '(yara with dispatching when nothing is set)',
    ],
    takes: 'paths',
    flags: 'worker',
  },
  {
    usage: 'WORKER [flags]',
    help: ["Run a worker: 'stoq list' names them, 'stoq WORKER --help' shows its flags"],
  },
  {
    name: 'explain',
    usage: 'explain FILE [flags]',
    help: ['Show which rules match, which plugins they choose, and why others are not'],
    takes: 'paths',
    flags: 'worker',
  },
  {
    name: 'shell',
    usage: 'shell',
    help: ['Look at a payload by hand: read, run, dispatch, hexdump ... one step at a time'],
  },
  { name: 'list', usage: 'list', help: ['List the plugins'] },
  {
    name: 'new',
    usage: 'new KIND NAME',
    help: ['Make a plugin that runs, to begin with'],
    takes: pluginCategories,
    flags: [
      { flag: '--dir', help: 'Make the folder NAME in DIR, not where stoQ looks for plugins' },
      { flag: '--author', help: 'Who makes it' },
      { flag: '--description', help: 'What it does, in a line' },
      { flag: '--js', help: 'JavaScript, not TypeScript' },
      { flag: '--package', help: 'With a package.json to publish it with npm' },
      { flag: '--yes', help: 'Do not ask' },
    ],
  },
  {
    name: 'test',
    usage: 'test PLUGIN...',
    help: ['Run the tests of plugins: a folder, a name, or all'],
    takes: 'plugins',
    flags: [{ flag: '--update', help: 'Keep the answers to the golden samples as they are now' }],
  },
  {
    name: 'install',
    usage: 'install SOURCE...',
    help: ['Install plugins from a folder, a .tgz, npm or git'],
    takes: 'paths',
    flags: [
      { flag: '--upgrade', help: 'Replace plugins that were installed before' },
      { flag: '--plugin-dir', help: 'Install there, not into plugin_dir_list' },
      { flag: '--allow-scripts', help: 'Run the install scripts of the packages that a plugin needs' },
    ],
  },
  {
    name: 'uninstall',
    usage: 'uninstall KIND:NAME...',
    help: ['Remove plugins that were installed'],
    takes: 'installed',
    flags: [
      { flag: '--plugin-dir', help: 'Look there, not in plugin_dir_list' },
      { flag: '--force', help: 'Remove also what is yours' },
    ],
  },
  {
    name: 'doctor',
    usage: 'doctor [PLUGIN...]',
    help: ['Check settings, rules, every plugin and what it needs, and say how to mend them'],
    takes: 'plugins',
    flags: [{ flag: '--json', help: 'Write what was found as JSON' }],
  },
  {
    name: 'completion',
    usage: 'completion SHELL',
    help: ['Print what makes bash, zsh or fish complete the words of stoq'],
    takes: ['bash', 'zsh', 'fish'],
  },
  { name: 'help', usage: 'help', help: ['This text'] },
  { usage: '--version', help: ['The version'] },
]
