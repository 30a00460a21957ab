import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** The documents of the project, as paths in the checkout. */
export const documents = globSync(['*.md', 'docs/**/*.md', 'samples/*.md'], { cwd: root }).sort()

export function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The fenced blocks of one language, with the lines that they begin on. */
export function blocksOf(path: string, language: string): { code: string; line: number }[] {
  const text = textOf(path)
  const fence = new RegExp(`^\`\`\`${language}(?: .*)?\\n([\\s\\S]*?)^\`\`\``, 'gm')
  return [...text.matchAll(fence)].map(match => ({
    code: match[1] ?? '',
    line: text.slice(0, match.index).split('\n').length + 1,
  }))
}

/** Where the links and pictures of a document lead, but not those in code. */
export function linksOf(path: string): string[] {
  const text = withoutCode(textOf(path))
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(match => match[1] ?? '')
}

/** The anchors that a document's headings give, as GitHub makes them. */
export function anchorsOf(path: string): Set<string> {
  const headings = withoutCode(textOf(path), false).matchAll(/^#{1,6} (.+)$/gm)
  return new Set([...headings].map(([, heading = '']) => anchor(heading)))
}

function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-')
}

function withoutCode(text: string, inline = true): string {
  const plain = text.replace(/^```[\s\S]*?^```/gm, '')
  return inline ? plain.replace(/`[^`\n]*`/g, '') : plain
}
