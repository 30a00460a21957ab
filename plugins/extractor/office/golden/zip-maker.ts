import { crc32 } from 'node:zlib'

/** A zip file of stored members. What compressors give differs between machines. */
export function makeZip(members: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, given] of Object.entries(members)) {
    const content = Buffer.from(given)
    const local = Buffer.concat([
      header('504b0304 1400 0000 0000', path, content, 30),
      Buffer.from(path),
      content,
    ])
    const entry = header('504b0102 1400 1400 0000 0000', path, content, 46)
    entry.writeUInt32LE(offset, 42)
    locals.push(local)
    directory.push(entry, Buffer.from(path))
    offset += local.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('504b0506', 'hex')
  end.writeUInt16LE(directory.length / 2, 8)
  end.writeUInt16LE(directory.length / 2, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, entries, end])
}

/** What local headers and entries of the directory share, after the start that differs. */
function header(start: string, path: string, content: Buffer, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  const at = bytes.write(start.replaceAll(' ', ''), 'hex')
  bytes.writeUInt32LE(0x00210000, at)
  bytes.writeUInt32LE(crc32(content), at + 4)
  bytes.writeUInt32LE(content.length, at + 8)
  bytes.writeUInt32LE(content.length, at + 12)
  bytes.writeUInt16LE(Buffer.from(path).length, at + 16)
  return bytes
}

/** A part with relationships: type, target, and whether it is outside. */
export function relationships(
  ...list: readonly [type: string, target: string, isExternal?: boolean][]
): string {
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const items = list.map(([type, target, isExternal], index) => {
    const full = type.includes('/') ? type : `${office}/${type}`
    const mode = isExternal ? ' TargetMode="External"' : ''
    return `<Relationship Id="rId${index + 1}" Type="${full}" Target="${target}"${mode}/>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${items.join('')}</Relationships>`
}

/** The part that every package begins with. */
export function contentTypes(overrides: Readonly<Record<string, string>> = {}): string {
  const items = Object.entries(overrides).map(
    ([part, type]) => `<Override PartName="/${part}" ContentType="${type}"/>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>${items.join('')}</Types>`
}
