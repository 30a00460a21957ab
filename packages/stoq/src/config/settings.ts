import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { StoqError } from '../errors.ts'
import { isTlp } from '../pipeline/tlp.ts'
import { bundledPlugins, bundledRules } from './bundled.ts'
import { type IniFile, parseIni } from './ini.ts'
import { type LogLevel, logLevels } from './logger.ts'
import { oneOf, parsePluginOptions, splitList, toBoolean, toNumber } from './setting-text.ts'

/** Every setting of stoQ, complete: keys as in `stoq.cfg`, paths absolute, times in seconds, sizes in bytes. */
export interface Settings {
  /** Root of the defaults below. */
  base_dir: string
  log_dir: string
  /** Where file-like connectors put documents. */
  results_dir: string
  /** Work folder of plugins; made when it is first needed. */
  temp_dir: string
  /** Folders that are searched for plugins, after the bundled ones. */
  plugin_dir_list: string[]
  /** False: the plugins that come with stoQ are not searched. */
  bundled_plugins: boolean
  /** Root of the payload archive. */
  archive_base: string
  /** YARA files for dispatching; the word `bundled` stands for the rules that come with stoQ. */
  dispatch_rules: string[]
  /** `native`, `wasm` or `auto`: native where it is available. */
  yara_engine: 'auto' | 'native' | 'wasm'
  useragent: string
  /** The program that runs plugins written in Python: a path, or a name that is looked for in PATH. */
  python: string
  /** `{category: {plugin: {option: value}}}`: stronger than `.stoq`. */
  plugin_options: Record<string, Record<string, Record<string, unknown>>>
  log_level: LogLevel
  log_maxbytes: number
  log_backup_count: number
  log_syntax: 'text' | 'json'
  default_connector: string
  default_source: string
  /** Generated file names are `<uuid>.<suffix>`. */
  filename_suffix: string
  max_recursion: number
  max_children: number
  max_bytes: number
  max_time: number
  max_plugin_time: number
  /** Bytes of memory of a scan process, the programs that it starts included. */
  max_memory: number
  /** Scan processes, up to 1024; 0: one for each core. */
  max_processes: number
  /** Where payloads go that ended scan processes, with the reason beside them. */
  quarantine_dir: string
  /** Messages that may wait to be scanned. */
  max_queue: number
  /** Largest payload that is read from a file or an address. */
  max_payload_size: number
  /** Folders that paths in messages may lead into. */
  source_base_tuple: readonly string[]
  /** Beginnings that make a source an address. */
  url_prefix_tuple: readonly string[]
  /** True: addresses of private networks may be fetched. */
  allow_private_urls: boolean
  default_tlp: string
  /** True: every payload gets its MIME type (`magic`). */
  magic: boolean
}

/** What a caller may set; the rest comes from `stoq.cfg` and the defaults. */
export type SettingsInput = Partial<Settings> & { config_file?: string }

/** Settings, and what the file held beside them. */
export interface LoadedSettings {
  settings: Readonly<Settings>
  /** Options that stoQ does not know, for plugins that do. */
  extra: Readonly<Record<string, string>>
  /** The section `[scan]`: worker and flags of `stoq scan`. */
  scan: Readonly<Record<string, string>>
}

/** The defaults that do not depend on the base folder. */
const defaults = {
  bundled_plugins: true,
  yara_engine: 'auto',
  useragent: 'Mozilla/5.0 (Windows; U; Windows NT 5.1; en-US; rv:1.8.1.1)',
  python: 'python3',
  plugin_options: {},
  log_level: 'info',
  log_maxbytes: 1_500_000,
  log_backup_count: 5,
  log_syntax: 'text',
  default_connector: 'stdout',
  default_source: 'filedir',
  filename_suffix: 'stoq',
  max_recursion: 3,
  max_children: 10_000,
  max_bytes: 2 ** 30,
  max_time: 300,
  max_plugin_time: 60,
  max_memory: 2 * 2 ** 30,
  max_processes: 0,
  max_queue: 100,
  max_payload_size: 2 ** 30,
  url_prefix_tuple: ['http://', 'https://'],
  allow_private_urls: false,
  default_tlp: 'white',
  magic: false,
} satisfies Partial<Settings>

const choices: Partial<Record<keyof Settings, readonly string[]>> = {
  yara_engine: ['auto', 'native', 'wasm'],
  log_level: logLevels,
  log_syntax: ['text', 'json'],
}
const paths = new Set<keyof Settings>([
  'log_dir',
  'results_dir',
  'temp_dir',
  'archive_base',
  'quarantine_dir',
])
const pathLists = new Set<keyof Settings>(['plugin_dir_list', 'dispatch_rules', 'source_base_tuple'])
/** Read by v1 for a service that this version does not report to. */
const retired = new Set(['sentry_url', 'sentry_ignore_list'])

/** Settings in order of strength: `input`, `stoq.cfg`, default. Throws on a value that cannot be used. */
export function loadSettings(input: SettingsInput = {}): LoadedSettings {
  const { config_file, ...given } = input
  const home = resolve(given.base_dir ?? defaultHome())
  if (config_file !== undefined && !existsSync(config_file))
    throw new StoqError('STOQ_CONFIG_SYNTAX', [config_file, 'no such file'])
  const config = readConfig(config_file ?? resolve(home, 'stoq.cfg'))
  const base = given.base_dir === undefined ? resolve(home, config.known.base_dir ?? '') : home
  const base_dir = existsSync(base) ? realpathSync(base) : base
  const merged = {
    ...defaults,
    ...baseDefaults(base_dir),
    ...config.known,
    ...withoutUndefined(given),
    base_dir,
  }
  return {
    settings: Object.freeze(absolutePaths(merged, base_dir)),
    extra: Object.freeze(config.extra),
    scan: Object.freeze(config.scan),
  }
}

/** The folder of `stoq.cfg` where nothing else is said. */
export function defaultHome(): string {
  return process.env['STOQ_HOME'] || resolve(homedir(), '.stoq')
}

/** The folders that plugins are searched in, in order. */
export function pluginFolders({ bundled_plugins, plugin_dir_list }: Readonly<Settings>): string[] {
  return bundled_plugins ? [bundledPlugins, ...plugin_dir_list] : plugin_dir_list
}

/** Names of all settings, for messages and the reference page. */
export function settingNames(): string[] {
  return Object.keys({ ...baseDefaults('/'), ...defaults, base_dir: '' })
}

/** The settings as they are with nothing set, for the reference page. */
export function defaultSettings(base: string): Settings {
  return { ...defaults, ...baseDefaults(base), base_dir: base } as Settings
}

function baseDefaults(base: string) {
  const own = resolve(base, 'dispatcher.yar')
  return {
    log_dir: resolve(base, 'logs'),
    results_dir: resolve(base, 'results'),
    temp_dir: resolve(base, 'temp'),
    plugin_dir_list: [resolve(base, 'plugins')],
    archive_base: resolve(base, 'archive'),
    quarantine_dir: resolve(base, 'quarantine'),
    dispatch_rules: [existsSync(own) ? own : bundledRules],
    source_base_tuple: [base],
  }
}

/** Relative paths are relative to the base folder, whatever the current folder is. */
function absolutePaths(settings: object, base: string): Settings {
  const entries = Object.entries(settings).map(([key, value]) => {
    if (paths.has(key as keyof Settings)) return [key, resolve(base, String(value))]
    if (pathLists.has(key as keyof Settings))
      return [key, [value].flat().map(path => toPath(base, String(path)))]
    return [key, value]
  })
  return Object.fromEntries(entries) as Settings
}

function toPath(base: string, path: string): string {
  return path === 'bundled' ? bundledRules : resolve(base, path)
}

function withoutUndefined<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value != null)) as Partial<T>
}

interface ConfigFile {
  known: Partial<Settings>
  extra: Record<string, string>
  scan: Record<string, string>
}

/** One setting from its text, as if it stood in `stoq.cfg`. Throws STOQ_CONFIG_VALUE, which names `where`. */
export function readSetting(key: string, text: string, where: string): SettingsInput {
  return isSetting(key) ? { [key]: convert(key, text, where) } : {}
}

function readConfig(file: string): ConfigFile {
  const result: ConfigFile = { known: {}, extra: {}, scan: {} }
  if (!existsSync(file)) return result
  for (const [section, options] of sections(file)) {
    for (const [key, text] of options) {
      if (section === 'scan') result.scan[key] = text
      else readOption(result, key, text, file)
    }
  }
  return result
}

/** Sections have no meaning in v1 either: all options are read alike. */
function readOption(result: ConfigFile, key: string, text: string, file: string): void {
  if (key === 'plugin_dir') result.known.plugin_dir_list = [text]
  else if (isSetting(key)) Object.assign(result.known, { [key]: convert(key, text, file) })
  else if (!retired.has(key)) result.extra[key] = text
}

function sections(file: string): IniFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new StoqError('STOQ_CONFIG_SYNTAX', [file, 'cannot be read'], { cause: error })
  }
  return parseIni(text, file)
}

function isSetting(key: string): key is keyof Settings {
  return key === 'base_dir' || settingNames().includes(key)
}

function convert(key: keyof Settings, text: string, file: string): unknown {
  const fallback: unknown = (defaults as Record<string, unknown>)[key]
  const wrong = (wanted: string) => new StoqError('STOQ_CONFIG_VALUE', [file, key, wanted, text])
  if (typeof fallback === 'number') return toNumber(text, wrong)
  if (typeof fallback === 'boolean') return toBoolean(text, wrong)
  if (key === 'plugin_options')
    return parsePluginOptions(text, wrong('a JSON object, {category: {plugin: {option: value}}}'))
  if (key === 'default_tlp' && !isTlp(text)) throw wrong('white, green, amber or red')
  if (Array.isArray(fallback) || pathLists.has(key)) return splitList(text)
  return oneOf(choices[key], text, wrong)
}
