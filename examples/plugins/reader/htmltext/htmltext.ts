import { forceUnicode, type Payload, StoqReaderPlugin } from 'stoq'

const breaks = new Set(['br', 'div', 'h1', 'h2', 'h3', 'h4', 'li', 'p', 'td', 'th', 'title', 'tr'])
const entities = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', shy: '' }),
)

/** Reads the text of a web page, a line for each paragraph. */
export class HtmlTextReader extends StoqReaderPlugin {
  skip_list = ['script', 'style']

  read(payload: Payload): string | null {
    const html = forceUnicode(payload) ?? ''
    const parts = [...this.#parts(html, html.toLowerCase())]
    const lines = plain(parts.join('')).split('\n')
    const text = lines.map(line => line.replace(/ +/g, ' ').trim()).filter(Boolean)
    return text.join('\n') || null
  }

  /** What stands between the tags. Every search goes on where the last one ended: one pass, whatever the page holds. */
  *#parts(html: string, lower: string): Generator<string> {
    let at = 0
    for (let tag = lower.indexOf('<'); tag >= 0; tag = lower.indexOf('<', at)) {
      yield html.slice(at, tag).replace(/\s+/g, ' ')
      const isComment = lower.startsWith('<!--', tag)
      const close = lower.indexOf(isComment ? '-->' : '>', tag)
      if (close < 0) return
      at = close + (isComment ? 3 : 1)
      const name = /^<\/?([a-z][a-z0-9]{0,10})/.exec(lower.slice(tag, tag + 13))?.[1] ?? ''
      if (breaks.has(name)) yield '\n'
      if (!this.skip_list.includes(name) || lower[tag + 1] === '/') continue
      at = lower.indexOf(`</${name}`, at)
      if (at < 0) return
    }
    yield html.slice(at).replace(/\s+/g, ' ')
  }
}

function plain(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name) return entities.get(name.toLowerCase()) ?? whole
    return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)).toWellFormed()
  })
}
