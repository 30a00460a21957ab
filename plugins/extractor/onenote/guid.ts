/** The 16 bytes of a GUID as files hold it: the first three fields with their low byte first ([MS-DTYP] 2.3.4.2). */
export function guidBytes(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll('-', ''), 'hex')
  bytes.subarray(0, 4).reverse()
  bytes.subarray(4, 6).reverse()
  bytes.subarray(6, 8).reverse()
  return bytes
}

/** The GUID at `offset` as hex digits, in the order of the file: a key, not for people. */
export function guidKey(bytes: Buffer, offset: number): string {
  return bytes.toString('hex', offset, offset + 16)
}
