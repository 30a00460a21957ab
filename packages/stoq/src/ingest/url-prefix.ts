/**
 * True when an address begins with one of the prefixes: same scheme, whole host, whole components of the path.
 * A scheme alone (`https://`) allows every host; a prefix that is no address allows nothing.
 */
export function hasAllowedPrefix(url: URL, prefixes: readonly string[]): boolean {
  return prefixes.some(prefix => beginsWith(url, prefix))
}

function beginsWith(url: URL, prefix: string): boolean {
  if (/^https?:\/\/$/i.test(prefix)) return url.protocol === prefix.slice(0, -2).toLowerCase()
  const base = URL.parse(prefix)
  if (!base || base.origin !== url.origin) return false
  const [start, whole] = [base.pathname + base.search, url.pathname + url.search]
  if (!whole.startsWith(start)) return false
  // Inside a query there are no components: what was written is where it may go on.
  const isComponent = base.search !== '' || start.endsWith('/') || whole.length === start.length
  return isComponent || '/?'.includes(whole.charAt(start.length))
}
