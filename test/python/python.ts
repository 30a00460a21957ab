import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Budget, type PluginContext, type Stoq } from 'stoq'
import { openScratch, type Scratch } from 'stoq/testing'
import { scratchFolder } from '../e2e/stoq.ts'

/** Plugins of the development guide of v1, its text word for word. */
export const guidePlugins = fileURLToPath(new URL('plugins/guide', import.meta.url))
/** Plugins that show what one can do, and can do to stoQ. */
export const ownPlugins = fileURLToPath(new URL('plugins/own', import.meta.url))

/** Why there is nothing to test here; false where there is. On the machine that checks every change there has to be. */
export const noPython: string | false = reason()

/** A test that needs Python. */
export function pythonTest(name: string, work: () => Promise<void>): void {
  test(name, { skip: noPython }, work)
}

function reason(): string | false {
  const { status } = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'])
  if (status === 0) return false
  if (process.env['CI']) throw new Error('there is no Python 3.9')
  return 'there is no Python 3.9'
}

/** A scratch Stoq with Python plugins only. */
export function openPython(options: object = {}, folder = ownPlugins): Scratch {
  return openScratch({ bundled_plugins: false, plugin_dir_list: [folder], ...options })
}

/** What a call has to keep to. */
export function contextOf(
  stoq: Stoq,
  limits: object = {},
  signal = new AbortController().signal,
): PluginContext {
  return { budget: new Budget({ ...stoq.settings, ...limits }), signal }
}

/** A home whose plugins are those of a folder beside the bundled ones. */
export function pythonHome(settings = '', plugins = ownPlugins): string {
  const home = scratchFolder()
  writeFileSync(join(home, 'stoq.cfg'), `[core]\nplugin_dir_list = ${plugins}\n${settings}\n`)
  mkdirSync(join(home, 'kept'))
  return home
}
