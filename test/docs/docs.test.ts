import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { workerFlags } from '../../packages/stoq/src/cli/worker-flags.ts'
import { settingNames } from '../../packages/stoq/src/config/settings.ts'
import { isUpToDate, makePages } from '../../scripts/docs.ts'
import { compile } from './compile.ts'
import { anchorsOf, blocksOf, documents, linksOf, root, textOf } from './markdown.ts'

test('the generated pages are up to date, and nothing is left for a person to write', async () => {
  for (const page of await makePages()) {
    assert.deepEqual(page.missing, [], page.path)
    assert.ok(isUpToDate(page), `${page.path} is not up to date: npm run docs`)
  }
})

for (const path of documents) {
  test(`every link of ${path} leads somewhere`, () => {
    assert.deepEqual(
      linksOf(path).filter(link => !leadsSomewhere(path, link)),
      [],
    )
  })

  test(`${path} names no place on a machine`, () => {
    assert.doesNotMatch(textOf(path), /\/(?:root|work|Users|home\/\w+|tmp\/\w+|usr\/local\/\w+)\b/)
    assert.ok(!textOf(path).includes(root))
  })
}

test('the TypeScript of the documents compiles', () => {
  const blocks = documents.flatMap(path => blocksOf(path, 'ts').map(block => ({ path, ...block })))
  assert.ok(blocks.length >= 2)
  assert.deepEqual(compile(blocks), [])
})

test('coming from v1 maps every flag and every setting', () => {
  const page = textOf('docs/coming-from-v1.md')
  const flags = workerFlags.flatMap(({ flags: names }) => names)
  const absent = [...flags, ...settingNames()].filter(name => !page.includes(`\`${name}\``))
  assert.deepEqual(absent, [])
})

test('the README shows what its picture shows', () => {
  assert.ok(existsSync(join(root, 'docs/pictures/scan.svg')))
  const shown = (text: string) => text.match(/\b[0-9a-f]{12}\b/g)
  const [picture] = blocksOf('README.md', 'text')
  assert.deepEqual(shown(picture?.code ?? ''), shown(textOf('docs/pictures/scan.svg')))
})

function leadsSomewhere(from: string, link: string): boolean {
  if (/^https?:\/\//.test(link)) return URL.canParse(link)
  const [file = '', fragment] = link.split('#')
  const target = file ? join(dirname(from), file) : from
  if (!existsSync(join(root, target))) return false
  return fragment === undefined || anchorsOf(target).has(fragment)
}
