import {
  type Extracted,
  type Kwargs,
  loads,
  type Payload,
  type PluginContext,
  StoqError,
  StoqExtractorPlugin,
} from 'stoq'

/** What is read of an entry (HTTP Archive 1.2). All of it may be missing, or anything else. */
interface Entry {
  request?: { url?: unknown }
  response?: { status?: unknown; content?: { mimeType?: unknown; text?: unknown; encoding?: unknown } }
}

/** Takes the answers of servers out of the traffic that a browser has recorded. */
export class HarExtractor extends StoqExtractorPlugin {
  ignore_list: string[] = [];

  *extract(payload: Payload, _kwargs: Kwargs, { budget }: PluginContext): Generator<Extracted> {
    let damaged = 0
    for (const entry of this.#read(payload)) {
      if (!budget.hasChildren()) return
      const { mimeType, text, encoding } = entry?.response?.content ?? {}
      if (typeof entry !== 'object') damaged++
      if (typeof text !== 'string' || text === '') continue
      if (this.ignore_list.some(type => String(mimeType).startsWith(type))) continue
      const url = String(entry?.request?.url)
      const meta = { filename: nameOf(url), url, status: entry?.response?.status, kwargs: { referer: url } }
      yield [meta, Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8')]
    }
    // What was given until here stands in the document, with this fault beside it.
    if (damaged > 0)
      throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, `entries that cannot be read: ${damaged}`])
  }

  #read(payload: Payload): (Entry | null | undefined)[] {
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
    if (!/^\s*\{/.test(text) || !text.includes('"entries"')) return []
    const { log } = loads(text) as { log?: { entries?: unknown } }
    return Array.isArray(log?.entries) ? log.entries : []
  }
}

/** An address is data: its last part is a name, and leads nowhere. */
function nameOf(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1)
  return path.split(/[/\\]/).findLast(part => /[^.]/.test(part)) ?? 'unnamed'
}
