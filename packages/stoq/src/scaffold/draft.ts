import type { PluginCategory } from '../plugin/categories.ts'

/** What a new plugin is made of. */
export interface Draft {
  kind: PluginCategory
  name: string
  author: string
  description: string
  /** True: JavaScript, not TypeScript. */
  js: boolean
  /** True: its package.json is that of a package to publish. */
  package: boolean
}

/** What differs from kind to kind. */
export interface KindParts {
  /** What its module imports from `stoq`, types marked with `type `. */
  imports: string[]
  /** Lines above the class: imports of Node's own modules. */
  head?: string
  /** The body of the class, types between `«` and `»`. */
  body: string
  /** Lines of [options]. */
  options: string
  /** Tests, in the language of the plugin. */
  tests: string
  /** The golden sample; absent for kinds that take no payload. */
  sample?: string
  /** How it is run, for the README; NAME stands for the name, FOLDER for its folder, INSTALLED for the one that stoQ looks in. */
  usage: string
}

/** `PascalCase` name of the class, with its kind. */
export function className({ name, kind }: Pick<Draft, 'name' | 'kind'>): string {
  const words = name
    .replace(/^(?=\d)/, 'N')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
  if (words.at(-1)?.toLowerCase() !== kind) words.push(kind)
  return words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** Takes the types out for JavaScript, else only the marks around them. */
export function inLanguage(code: string, js: boolean): string {
  return js ? code.replace(/«[^»]*»/g, '') : code.replace(/[«»]/g, '')
}

/** A kind with its article. */
export function withArticle(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`
}
