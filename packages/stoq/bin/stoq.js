#!/usr/bin/env node
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { homedir } from 'node:os'
import { extname, join } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`stoq: needs Node.js 22.18 or newer, this is ${process.versions.node}\n`)
  process.exit(2)
}
// Compiled code is kept for the next start, in a folder of this user: a shared one could be tampered with.
nodeModule.enableCompileCache?.(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stoq'))

// Plugins in TypeScript, or below a package.json without a type, run as they are: what Node says of that helps nobody.
const [tell] = process.listeners('warning')
const isOfPlugin = ({ name, code, message }) =>
  code === 'MODULE_TYPELESS_PACKAGE_JSON' ||
  (name === 'ExperimentalWarning' && /^Type Stripping/.test(message))
if (tell) {
  process.off('warning', tell)
  process.on('warning', warning => isOfPlugin(warning) || tell(warning))
}

// A checkout runs from its source, an installed package from what was built.
const source = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/cli/main.js', import.meta.url)
const entry = existsSync(source) ? source : built
const [, , command, ...words] = process.argv
// Commands that scan nothing, or not with what is on the command line.
const withoutScan = ['help', 'list', 'new', 'test', 'install', 'uninstall', 'shell', 'doctor', 'completion']
if (/^\w/.test(command ?? '') && !withoutScan.includes(command)) {
  const early = new URL(`../pool/early-start${extname(entry.pathname)}`, entry)
  const { startEarly } = await import(early.href)
  startEarly(command, words)
}
const { main } = await import(entry.href)
process.exitCode = await main(process.argv)
// Everything is closed and saved: a handle that a plugin left open must not keep the process. What is written last goes
// first, and its fault may still change the status.
process.stdout.write('', () => setImmediate(() => process.exit()))
