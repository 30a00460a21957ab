import { version } from '../plugin/version.ts'
import { className, type Draft, inLanguage, type KindParts, withArticle } from './draft.ts'
import { otherParts } from './other-kinds.ts'
import { payloadParts } from './takes-payload.ts'

const kinds: Record<Draft['kind'], KindParts> = { ...payloadParts, ...otherParts }

/** Where a new plugin will be. */
export interface DraftPlace {
  /** Its folder, as people are told it. */
  folder: string
  /** Where stoQ finds it: the same folder, or the one that it is installed to. */
  installed: string
  isInstalled: boolean
}

/** The files of a new plugin by their paths in its folder. */
export function pluginFiles(draft: Draft, place: DraftPlace): Record<string, string> {
  const { name, kind, js } = draft
  const parts = kinds[kind]
  const end = js ? 'js' : 'ts'
  const files: Record<string, string> = {
    [`${name}.stoq`]: manifestText(draft, parts),
    [`${name}.${end}`]: moduleText(draft, parts),
    [`${name}.test.${end}`]: testText(draft, parts),
    'README.md': readmeText(draft, parts, place),
    'package.json': packageText(draft),
  }
  if (parts.sample !== undefined) files['golden/sample.txt'] = sampleOf(kind, parts.sample)
  if (kind === 'source') files['example.txt'] = '# What the source reads\nfirst line\nsecond line\n'
  if (parts.usage.includes('.yar')) files[`${name}.yar`] = ruleText(draft)
  return files
}

/** Bytes as characters up to U+00FF. The sample of a decoder is encoded. */
function sampleOf(kind: string, text: string): string {
  if (kind !== 'decoder') return text
  return Buffer.from(Buffer.from(text).map(byte => byte ^ 255)).toString('latin1')
}

function manifestText({ name, author, description }: Draft, { options }: KindParts): string {
  const value = (text: string) => text.replaceAll('%', '%%')
  return `[Core]
Name = ${name}
Module = ${name}

[Documentation]
Author = ${value(author)}
Version = 0.1.0
Website =
Description = ${value(description)}

[options]
${options.replaceAll('NAME', name)}
`
}

function moduleText(draft: Draft, { imports, head = '', body }: KindParts): string {
  const { name, kind, js, description } = draft
  const names = imports.filter(each => !js || !each.startsWith('type '))
  const base = `Stoq${kind.charAt(0).toUpperCase()}${kind.slice(1)}Plugin`
  return `${head}import { ${names.join(', ')} } from 'stoq'

/** ${description.replaceAll('*/', '* /')} */
export class ${className(draft)} extends ${base} {
${inLanguage(body, js).replaceAll('NAME', name)}
}
`
}

function testText({ js }: Draft, { tests }: KindParts): string {
  const own = [
    ...(tests.includes('readFileSync') ? ["import { readFileSync } from 'node:fs'"] : []),
    ...(tests.includes('join(') ? ["import { join } from 'node:path'"] : []),
  ]
  const kit = tests.includes('openPlugin') ? 'openPlugin, runPlugin' : 'runPlugin'
  const head = ["import assert from 'node:assert/strict'", ...own, "import { test } from 'node:test'"]
  return `${head.join('\n')}\nimport { ${kit} } from 'stoq/testing'\n\n${inLanguage(tests, js)}\n`
}

function ruleText({ kind, name, description }: Draft): string {
  const example = { extractor: '"\\n-----\\n"', carver: '"BEGIN"', decoder: '{ 9a 89 9a 8d 86 }' }
  return `rule ${name.replace(/\W/g, '_').replace(/^(?=\d)/, '_')}_${kind}
{
    meta:
        description = ${JSON.stringify(description)}
        plugin = "${kind}:${name}"
    strings:
        $mark = ${example[kind as keyof typeof example]}
    condition:
        $mark
}
`
}

function readmeText(draft: Draft, { usage }: KindParts, place: DraftPlace): string {
  const { kind, name, description, js } = draft
  const { folder, installed, isInstalled } = place
  const filled = usage
    .replaceAll('NAME', name)
    .replaceAll('INSTALLED', installed)
    .replaceAll('FOLDER', folder)
  const install = (heading: string) => `\n## ${heading}\n\n    stoq install ${folder}\n`
  return `# ${name}

${description}

${sentence(withArticle(kind))} plugin for stoQ: \`${name}.stoq\` says what it is and holds its options, \`${name}.${js ? 'js' : 'ts'}\` is its code. There is
nothing to build.
${isInstalled ? '' : install('Install')}
## Run

${filled}

## Test

    stoq test ${folder}

runs \`${name}.test.${js ? 'js' : 'ts'}\` and what every plugin must stand. Files in \`golden\` are samples: \`--update\` keeps what the
plugin answers to them in \`<file>.expected.json\`, and from then on the answer has to be that.
${isInstalled ? install('Install elsewhere') : ''}`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** What Node has to know is there in any case: with a package.json of others above it, the module could be taken for CommonJS. */
function packageText({ kind, name, description, author, js, package: isPublished }: Draft): string {
  const published = {
    name: `stoq-${kind}-${name.toLowerCase()}`,
    version: '0.1.0',
    description,
    author,
    type: 'module',
    keywords: ['stoq', 'stoq-plugin', kind],
    files: [`${name}.stoq`, js ? '*.js' : '*.ts', '*.yar', 'golden', 'templates'],
    peerDependencies: { stoq: `>=${version.split('.', 1)[0]}` },
  }
  return `${JSON.stringify(isPublished ? published : { private: true, type: 'module' }, null, 2)}\n`
}
