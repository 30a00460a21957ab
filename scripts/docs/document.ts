import { documentSchema } from '../../packages/stoq/src/results/schema.ts'
import { readFields } from './fields.ts'
import { code, table } from './page.ts'
import { source } from './settings.ts'

/** The parts of JSON Schema that the schema of a document uses. */
interface Schema {
  type?: string | readonly string[]
  description?: string
  enum?: readonly string[]
  pattern?: string
  minimum?: number
  required?: readonly string[]
  properties?: Readonly<Record<string, Schema>>
  items?: Schema
}

/** One table for the document, its entries, its errors and its cuts. */
export function documentBlocks(): Map<string, string> {
  const document: Schema = documentSchema
  const part = (name: string): Schema => document.properties?.[name]?.items ?? {}
  return new Map([
    ['document', keyTable(document, 'ResultDocument')],
    ['entry', keyTable(part('results'), 'ResultEntry')],
    ['error', keyTable(part('errors'), 'DocumentError')],
    ['cut', keyTable(part('truncated'), 'Truncation')],
  ])
}

/** The JSON Schema as a file. */
export function schemaText(): string {
  return `${JSON.stringify(documentSchema, null, 2)}\n`
}

/** Keys that neither the schema nor the type describes. */
const meanings: Readonly<Record<string, string>> = {
  tlp: 'Traffic Light Protocol: who may see the payload',
  results: 'The payload and everything found inside it',
  ssdeep: 'Fuzzy hash, of archived payloads',
  message: 'What went wrong, for people',
  payload_id: 'Which payload it was',
  limit: 'Name of the limit, as in the settings',
  detail: 'What was left out',
}

function keyTable({ properties = {}, required = [] }: Schema, name: string): string {
  const fields = readFields(source('results/types.ts'), name)
  const rows = Object.entries(properties).map(([key, schema]) => {
    const comment = fields.find(field => field.name === key)?.comment
    const meaning = about(schema) || comment || meanings[key]
    if (!meaning) throw new Error(`${name}.${key}: give it a description in results/schema.ts`)
    return [code(key), type(schema), required.includes(key) ? 'yes' : '', meaning]
  })
  return table(['key', 'type', 'always', 'meaning'], rows)
}

function type({ type: given, enum: words, items }: Schema): string {
  if (words) return words.map(code).join(', ')
  if (given === 'array') return `list of ${items?.type ?? 'any'}s`
  return [given ?? 'any'].flat().join(' or ')
}

function about({ description, pattern }: Schema): string {
  const digits = /^\^\[0-9a-f\]\{(\d+)\}\$$/.exec(pattern ?? '')?.[1]
  if (digits) return `${digits} hexadecimal digits, lower case`
  return description ?? ''
}
