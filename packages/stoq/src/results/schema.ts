const text = { type: 'string' } as const
const hex = (digits: number) => ({ type: 'string', pattern: `^[0-9a-f]{${digits}}$` }) as const
const count = { type: 'integer', minimum: 0 } as const

const entry = {
  type: 'object',
  description:
    'One payload: the root (payload_id 0) or a child. Meta of the rule that found a child adds keys.',
  required: ['payload_id', 'parent_id', 'plugin', 'uuid', 'scan', 'source_meta'],
  properties: {
    payload_id: { ...count, description: '0 for the root, then in order of discovery' },
    parent_id: {
      type: ['integer', 'null'],
      description: 'payload_id of the payload it came out of; null for the root',
    },
    plugin: { ...text, description: 'The worker that scanned it' },
    uuid: { type: 'array', items: text, minItems: 1, description: 'Lineage: root first, its own id last' },
    scan: { description: 'What the worker said; null: nothing' },
    source_meta: {
      type: 'object',
      description: 'Metadata of the message (root) or of the plugin that found it (child)',
    },
    size: { ...count, description: 'Bytes; absent for workers without payload' },
    md5: hex(32),
    sha1: hex(40),
    sha256: hex(64),
    sha512: hex(128),
    filename: { ...text, description: 'Name as told: data, never a safe path' },
    path: { ...text, description: 'Where the root was read from' },
    archive: { ...text, description: 'Connector that the root was fetched with' },
    magic: { ...text, description: 'MIME type' },
    ssdeep: text,
    'content-type': { ...text, description: 'MIME type, of archived payloads' },
    conn_id: { ...text, description: 'What the archive finds the payload by' },
    dispatcher: {
      type: 'string',
      pattern: '^(carver|decoder|extractor):',
      description: 'Plugin that found this child',
    },
    workers: { type: 'object', description: 'Results of workers that a rule chose, by name' },
    duplicate_of: { ...count, description: 'payload_id of the entry with the same bytes, which was scanned' },
  },
  additionalProperties: true,
} as const

/** JSON Schema (draft 2020-12) of a result document. */
export const documentSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:stoq:result-document:4',
  title: 'stoQ result document',
  type: 'object',
  required: ['id', 'date', 'tlp', 'payloads', 'plugins', 'results', 'errors', 'truncated'],
  properties: {
    id: {
      type: 'string',
      description:
        'The same however often a message is delivered: worker, message and payload decide it; with --split, .payload_id follows',
    },
    date: {
      type: 'string',
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
      description: 'End of the scan, UTC',
    },
    tlp: { enum: ['white', 'green', 'amber', 'red'] },
    payloads: { ...count, minimum: 1, description: 'Entries of the whole payload, root included' },
    plugins: {
      type: 'object',
      description: 'payload_id as text: the worker (root) or category:name of the plugin that found it',
      additionalProperties: text,
    },
    results: { type: 'array', items: entry, minItems: 1 },
    errors: {
      type: 'array',
      description: 'Faults met on the way; the rest of the document stands',
      items: {
        type: 'object',
        required: ['plugin', 'code', 'message', 'payload_id'],
        properties: {
          plugin: text,
          code: { type: 'string', pattern: '^STOQ_' },
          message: text,
          payload_id: count,
        },
        additionalProperties: false,
      },
    },
    truncated: {
      type: 'array',
      description: 'What a limit cut',
      items: {
        type: 'object',
        required: ['limit', 'payload_id', 'detail'],
        properties: { limit: { type: 'string', pattern: '^max' }, payload_id: count, detail: text },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: true,
} as const
