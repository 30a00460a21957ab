import { readFileSync } from 'node:fs'
import type { PluginCategory } from '../../plugin/categories.ts'
import type { PluginManifest } from '../../plugin/manifest.ts'
import type { ShellCommand } from './command.ts'
import { completePlugin } from './places.ts'
import { namedPlugin } from './plugin-words.ts'

const form = 'usage CATEGORY PLUGIN'

/** What the shell does with each kind. */
const uses: Record<PluginCategory, string> = {
  worker: 'run worker %s: analyses the payload; dispatch calls it where a rule names it',
  reader: 'run reader %s: reads text or facts out of the payload',
  extractor: 'run extractor %s [KEY=VALUE ...]: takes the payload apart',
  carver: 'run carver %s [KEY=VALUE ...]: cuts payloads out of the payload',
  decoder: 'run decoder %s [KEY=VALUE ...]: undoes an encoding of the payload',
  connector: 'stoq WORKER -C %s: saves documents; not run in the shell',
  source: 'stoq WORKER -I %s: brings payloads; not run in the shell',
  decorator: 'stoq WORKER -P %s: rewrites documents; not run in the shell',
}

/** `usage decoder xor`. */
export const usage: ShellCommand = {
  usage: form,
  summary: 'Show what a plugin does, and its options',
  complete: completePlugin,
  async run(call) {
    await call.voice.lines(linesOf(namedPlugin(call, form)))
  },
}

function* linesOf(plugin: PluginManifest): Generator<string> {
  const { category, name, version, description, author, website, config } = plugin
  yield `${category}:${name} v${version}  ${description}`.trimEnd()
  if (author || website) yield `by ${[author, website].filter(Boolean).join(', ')}`
  yield ''
  yield `  ${uses[category].replace('%s', name)}`
  const options = [...optionsIn(readFileSync(config, 'utf8'), plugin)]
  if (options.length > 0) yield* ['', 'Options (set, or KEYs of run where the plugin says so):', ...options]
}

/** Options as they stand in a `.stoq` file, with the comments above them. */
function* optionsIn(text: string, { options }: PluginManifest): Generator<string> {
  let comments: string[] = []
  for (const row of text.split(/\r?\n/)) {
    if (/^[#;]/.test(row)) comments.push(`      ${row.replace(/^[#;]+\s?/, '')}`)
    else {
      const key = row.split(/[=:]/, 1)[0]?.trim().toLowerCase() ?? ''
      // Values may be secrets: set shows them, as far as it does.
      if (/^\S/.test(row) && Object.hasOwn(options, key)) yield* [`  ${key}`, ...comments]
      comments = []
    }
  }
}
