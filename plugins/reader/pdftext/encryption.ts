/** Bits of the longest key that the format knows (ISO 32000-2, 7.6.2). */
const longestKey = 256

/**
 * Why an encrypted PDF must not be opened, null when it may: pdf.js believes the length of the key and hashes that many
 * bits a hundred times, for minutes. A length is taken for a false one where it is more than the whole file could have.
 */
export function falseKeyLength(bytes: Buffer): string | null {
  if (!bytes.includes('/Encrypt') || !bytes.includes('/Standard')) return null
  const limit = Math.max(longestKey, bytes.length)
  for (const [, digits] of bytes.toString('latin1').matchAll(/\/Length[\0\s]*\+?(\d+)/g)) {
    if (Number(digits) > limit)
      return `a length of ${digits?.slice(0, 20)} in an encrypted file of ${bytes.length} bytes`
  }
  return null
}
