/** Builds what npm publishes: the library as JavaScript with types, the plugins as JavaScript, the JSON Schema, the man page. */
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const home = join(root, 'packages/stoq')

for (const made of ['dist', 'plugins', 'schema', 'man'])
  rmSync(join(home, made), { recursive: true, force: true })
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
for (const file of globSync('*/*/**', {
  cwd: join(root, 'plugins'),
  exclude: isLeftOut,
  withFileTypes: true,
})) {
  if (file.isFile()) copyPlugin(join(file.parentPath, file.name))
}
const { documentSchema } = await import('../packages/stoq/src/results/schema.ts')
mkdirSync(join(home, 'schema'))
writeFileSync(join(home, 'schema/result-document.json'), `${JSON.stringify(documentSchema, null, 2)}\n`)
cpSync(join(root, 'docs/man'), join(home, 'man'), { recursive: true })
for (const file of ['README.md', 'LICENSE']) cpSync(join(root, file), join(home, file))

/** Tests and golden samples stay in the checkout. */
function isLeftOut(entry: string | { name: string }): boolean {
  const name = typeof entry === 'string' ? entry : entry.name
  return /node_modules|golden|__pycache__|^test-|\.(test|samples|fixture)\.ts$|\.vectors\.json$/.test(name)
}

/** Installed packages may not hold TypeScript: Node does not strip types below node_modules. */
function copyPlugin(file: string): void {
  const target = join(home, 'plugins', file.slice(join(root, 'plugins/').length))
  mkdirSync(dirname(target), { recursive: true })
  if (!file.endsWith('.ts')) {
    cpSync(file, target)
    return
  }
  const script = stripTypeScriptTypes(readFileSync(file, 'utf8'))
  writeFileSync(
    target.replace(/\.ts$/, '.js'),
    script.replace(/(from\s+|import\()'(\.[^']+)\.ts'/g, "$1'$2.js'"),
  )
}
