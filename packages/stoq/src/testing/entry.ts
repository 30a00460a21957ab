/** A test file for any plugin: the conformance tests of the folder in STOQ_TEST_FOLDER, and its kept answers. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundledPlugins, runsFromSource } from '../config/bundled.ts'
import { conformance } from './conformance.ts'
import { type GoldenOptions, goldenAnswers } from './golden-answers.ts'

const folder = process.env['STOQ_TEST_FOLDER']
if (folder) {
  goldenAnswers(folder, await optionsOf(folder))
  conformance(folder)
}

/** The samples of the plugins in a checkout of stoQ may be made for certain options. */
async function optionsOf(plugin: string): Promise<GoldenOptions> {
  const file = resolve(bundledPlugins, '../test/golden/options.ts')
  const isOurs = runsFromSource && plugin.startsWith(join(bundledPlugins, '/')) && existsSync(file)
  if (!isOurs) return {}
  const { optionsOfPlugins: options } = await import(pathToFileURL(file).href)
  return { options }
}
