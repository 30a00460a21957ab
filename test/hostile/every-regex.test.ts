import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { trapOf, traps } from '../../scripts/bombs/traps.ts'
import { root } from '../e2e/stoq.ts'
import { assertLinear } from './growth.ts'

/** Patterns that never meet text of an attacker, or only a short one, and what they read. */
const trusted: Readonly<Record<string, string>> = {
  [String.raw`/\.?0+$/`]: 'a number that was just written, of at most 100 decimals',
  [String.raw`/'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"|[^'"%{}()[\]]+|./sy`]:
    'a template, at most 1 MiB',
  [String.raw`/('[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")|\|(?=\s*(?:length|count)\b)/gs`]:
    'a template, at most 1 MiB',
  [String.raw`/\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}/sy`]: 'a template, at most 1 MiB',
}

const files = globSync(['packages/stoq/src/**/*.ts', 'plugins/**/*.ts'], {
  cwd: root,
  exclude: name => name.includes('node_modules') || /\.(test|fixture)\.ts$/.test(name),
})

/** Every regular expression that is written down in a file, as it is written. */
function patternsIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)
  const patterns: string[] = []
  const visit = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node)) patterns.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return patterns
}

const patterns = new Map(files.flatMap(file => patternsIn(file).map(pattern => [pattern, file] as const)))

/** What the pattern itself looks for, without its operators: `/lookup ([^(]+)\(/` gives `lookup (`. */
function wordsOf(pattern: string): string {
  return pattern
    .slice(1, pattern.lastIndexOf('/'))
    .replace(/\(\?[:=!<]+/g, '')
    .replace(/\[[^\]]*\]|\\[dwsSDWbB]|\{\d*,?\d*\}|[()*+?|^$.]|\\(?=[^a-z])/g, '')
    .replace(/\\[a-z]\w*/g, ' ')
}

/** Each of these, repeated, and with the words of the pattern before it. */
const pumps = ['a', '0', ' ', '.', '-', '/', '\\', '"', "'", '(', '|', '@', '\n', 'a ', '%']

function readAll(pattern: string, text: string): void {
  const end = pattern.lastIndexOf('/')
  const flags = new Set([...pattern.slice(end + 1), 'g'])
  flags.delete('y')
  const expression = new RegExp(pattern.slice(1, end), [...flags].join(''))
  for (let match = expression.exec(text); match; match = expression.exec(text)) {
    if (match[0] === '') expression.lastIndex++
  }
}

async function assertPatternIsLinear(pattern: string, file: string): Promise<void> {
  const words = wordsOf(pattern)
  const made = new Map<string, (size: number) => string>()
  for (const name of Object.keys(traps)) made.set(name, size => trapOf(name, size))
  for (const pump of pumps) {
    made.set(`${words} and ${pump}`, size => `${words}${pump.repeat(size / pump.length)}\0`)
    made.set(`${words} with ${pump}`, size => `${`${words}${pump}`.repeat(size / (words.length + 1))}\0`)
  }
  for (const [name, make] of made) {
    await assertLinear(`${pattern} of ${file} on ${JSON.stringify(name)}`, 20_000, size => {
      const text = make(size)
      return () => readAll(pattern, text)
    })
  }
}

test('no pattern of the code takes more than linear time on any trap', async () => {
  const failures: string[] = []
  for (const [pattern, file] of patterns) {
    if (pattern in trusted) continue
    await assertPatternIsLinear(pattern, file).catch((error: Error) => failures.push(error.message))
  }
  assert.deepEqual(failures, [])
})

test('every pattern that is trusted is still there, and says why', () => {
  for (const [pattern, reason] of Object.entries(trusted)) assert.ok(patterns.has(pattern) && reason, pattern)
  assert.ok(patterns.size > 80)
})
