/** Traffic Light Protocol, most restricted first. Source: spec of v1, the CERT standard's four colours. */
export const tlpLevels = { red: 0, amber: 1, green: 2, white: 3 } as const
export type Tlp = keyof typeof tlpLevels

/** True for red, amber, green and white, in any case. */
export function isTlp(word: string): boolean {
  return Object.hasOwn(tlpLevels, word.toLowerCase())
}

/** Whether a worker limited to `maxTlp` may see a payload tagged `tlp`. A word that is no TLP counts as red. */
export function mayScan(tlp: string, maxTlp: string | null): boolean {
  if (!maxTlp) return true
  return level(tlp) >= level(maxTlp)
}

function level(word: string): number {
  const known = word.toLowerCase()
  return isTlp(known) ? tlpLevels[known as Tlp] : tlpLevels.red
}

/** A word that is no TLP is handled as the most restricted one. */
export function knownTlp(word: string): string {
  return isTlp(word) ? word.toLowerCase() : 'red'
}
