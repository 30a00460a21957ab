import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorText } from '../../errors.ts'

/** npm packages that the package.json in a folder asks for and that are not installed. Throws when it is no package.json. */
export function missingPackages(folder: string): string[] {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return []
  const { dependencies, optionalDependencies } = readPackage(file)
  return Object.keys({ ...dependencies, ...optionalDependencies }).filter(name => !isInstalled(name, folder))
}

function readPackage(file: string): { dependencies?: object; optionalDependencies?: object } {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) ?? {}
  } catch (cause) {
    throw new Error(`${file}: ${errorText(cause)}`, { cause })
  }
}

/** Where Node looks: `node_modules` here and in every folder above. */
function isInstalled(name: string, folder: string): boolean {
  if (existsSync(join(folder, 'node_modules', name))) return true
  const parent = dirname(folder)
  return parent !== folder && isInstalled(name, parent)
}
