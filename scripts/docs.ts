/**
 * Writes what is generated in the pages below docs, and the man page, and keeps what people wrote there.
 * `npm run docs` writes; `npm run docs -- --check` only tells which pages are not up to date, and exits 1 then.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { commandBlocks } from './docs/commands.ts'
import { documentBlocks, schemaText } from './docs/document.ts'
import { errorsPage } from './docs/errors.ts'
import { includeFiles } from './docs/include.ts'
import { manPage } from './docs/man.ts'
import { fillBlocks } from './docs/page.ts'
import { pluginBlocks } from './docs/plugins.ts'
import { settingBlocks } from './docs/settings.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A page as it should be. */
export interface Page {
  /** Path in the checkout. */
  path: string
  text: string
  /** What a person has to write before the page is complete. */
  missing: string[]
}

/** Every generated page, made from the code as it is now. */
export async function makePages(): Promise<Page[]> {
  const errors = errorsPage(read('docs/reference/errors.md'))
  return [
    withBlocks('docs/reference/settings.md', settingBlocks()),
    withBlocks('docs/reference/command-line.md', await commandBlocks()),
    withBlocks('docs/reference/result-document.md', documentBlocks()),
    withBlocks('docs/reference/plugins.md', await pluginBlocks()),
    withFiles('docs/guide/plugin-development.md'),
    { path: 'docs/reference/errors.md', ...errors },
    { path: 'docs/man/stoq.1', text: manPage(), missing: [] },
    { path: 'docs/reference/result-document.schema.json', text: schemaText(), missing: [] },
  ]
}

/** True when the page in the checkout says what it should; how JSON is laid out is up to the formatter. */
export function isUpToDate({ path, text }: Page): boolean {
  const present = read(path)
  if (!path.endsWith('.json') || present === '') return present === text
  return isDeepStrictEqual(JSON.parse(present), JSON.parse(text))
}

/** The text of a file of the checkout; empty when it is not there. */
export function read(path: string): string {
  try {
    return readFileSync(root + path, 'utf8')
  } catch {
    // A page that is not there yet is written in whole.
    return ''
  }
}

function withBlocks(path: string, blocks: ReadonlyMap<string, string>): Page {
  return { path, text: fillBlocks(read(path), blocks, path), missing: [] }
}

function withFiles(path: string): Page {
  return { path, text: includeFiles(read(path), read), missing: [] }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const check = process.argv.includes('--check')
  const pages = await makePages()
  const outdated = pages.filter(page => !isUpToDate(page))
  const trouble = pages.flatMap(({ path, missing }) => missing.map(what => `${path}: ${what}`))
  for (const { path, text } of outdated) {
    if (check) trouble.push(`${path} is not up to date: npm run docs`)
    else writeFileSync(root + path, text)
  }
  for (const line of trouble) process.stderr.write(`${line}\n`)
  process.exitCode = trouble.length ? 1 : 0
}
