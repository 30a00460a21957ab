import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Files of a package by their paths; objects are written as JSON. */
export type Files = Record<string, string | object>

/** Writes files below a folder, and gives the folder. */
export function writeFiles(folder: string, files: Files): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** The two files of a decoder that gives `text`. */
export function decoder(
  name: string,
  { version = '1.0.0', head = '' }: { version?: string; head?: string } = {},
): Files {
  return {
    [`${name}.stoq`]: `[Core]\nName = ${name}\nModule = ${name}\n[Documentation]\nVersion = ${version}\n`,
    [`${name}.js`]: `${head}import { StoqDecoderPlugin } from 'stoq'
export class Made extends StoqDecoderPlugin {
  decode() { return [[{}, Buffer.from('${version}')]] }
}
`,
  }
}

/** `npm pack` of a folder; gives the path of the tarball. */
export function npmPack(folder: string, target: string): string {
  mkdirSync(target, { recursive: true })
  const before = new Set(readdirSync(target))
  execFileSync('npm', ['pack', folder, '--pack-destination', target], { cwd: target, stdio: 'pipe' })
  const made = readdirSync(target).find(name => !before.has(name))
  return join(target, made ?? '')
}

/** Makes a folder a git repository with one commit; gives its URL. */
export function gitRepository(folder: string): string {
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], {
      cwd: folder,
      stdio: 'pipe',
    })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('commit', '--quiet', '--message=all')
  return `file://${folder}`
}

/** What is in a plugin folder beside plugins: nothing, when an install has cleaned up. */
export function leftovers(root: string): string[] {
  return existsSync(root) ? readdirSync(root).filter(name => name.startsWith('.')) : []
}

export function versionIn(folder: string, name: string): string | null {
  const file = join(folder, `${name}.stoq`)
  if (!existsSync(file)) return null
  return /Version = (\S+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? ''
}
