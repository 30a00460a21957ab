import { type Payload, StoqWorkerPlugin } from 'stoq'

/** Finds the addresses of web pages in a payload. */
export class UrlsWorker extends StoqWorkerPlugin {
  schemes_list = ['http', 'https']
  longest = 2000
  most = 1000
  defang = true

  scan(payload: Payload | null) {
    if (!payload?.length) return null
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('latin1')
    const found = new Set<string>()
    for (const [url, scheme = ''] of text.matchAll(/\b([a-z]{2,10}):\/\/[!#-&(-;=?-~]+/gi)) {
      if (found.size >= this.most) break
      if (this.schemes_list.includes(scheme.toLowerCase())) found.add(this.#write(url))
    }
    return found.size > 0 ? { count: found.size, urls: [...found] } : null
  }

  #write(url: string): string {
    const cut = url.slice(0, this.longest)
    return this.defang
      ? cut
          .replace(/^h(..)p/i, 'h$1p')
          .replace(/^htt/i, 'hxx')
          .replaceAll('.', '[.]')
      : cut
  }
}
