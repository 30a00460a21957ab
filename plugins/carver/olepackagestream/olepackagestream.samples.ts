import type { SampleSources } from 'stoq/testing'

/** What a package says and holds. */
export interface Package {
  label?: string
  path?: string
  /** 3: a file, 1: a link to one. */
  format?: number
  extractPath?: string
  content?: string | Uint8Array
  /** Without names in UTF-16: as before Windows XP. */
  isOld?: boolean
  /** In UTF-16, where they differ. */
  wide?: [extractPath: string, label: string, path: string]
}

/** An `\x01Ole10Native` stream; names are written as Latin-1. */
export function makePackage(given: Package = {}): Buffer {
  const { label = 'note.txt', path = `C:\\own\\${label}`, extractPath = `C:\\Temp\\${label}` } = given
  const content = Buffer.from((given.content ?? 'a file of our own\n') as Uint8Array)
  const wide = given.wide ?? [extractPath, label, path]
  const body = Buffer.concat([
    Buffer.from(`\x02\0${label}\0${path}\0\0\0`, 'latin1'),
    Buffer.from([given.format ?? 3, 0]),
    uint32(extractPath.length + 1),
    Buffer.from(`${extractPath}\0`, 'latin1'),
    uint32(content.length),
    content,
    ...(given.isOld ? [] : wide.flatMap(name => [uint32(name.length), Buffer.from(name, 'utf16le')])),
  ])
  return Buffer.concat([uint32(body.length), body])
}

function uint32(value: number): Buffer {
  return Buffer.from(Uint32Array.of(value).buffer)
}

/** The content of 2 GB that a package of this sort would have. */
function makeBomb(): Buffer {
  const stream = makePackage({ isOld: true })
  stream.writeInt32LE(0x7fff_ffff, stream.length - 'a file of our own\n'.length - 4)
  return stream
}

const inner = makePackage({ label: 'inner.txt' })

export const samples: SampleSources = {
  'package.bin': makePackage(),
  'old.bin': makePackage({ isOld: true }),
  // A code page that is not told: U+00E9 of Latin-1, and its Greek name beside it.
  'codepage.bin': makePackage({
    label: 'caf\xe9.txt',
    wide: ['C:\\Temp\\\u03b1.txt', '\u03b1.txt', 'C:\\own\\\u03b1.txt'],
  }),
  'codepage-old.bin': makePackage({ label: 'caf\xe9.txt', isOld: true }),
  'path-in-label.bin': makePackage({ label: '..\\..\\Startup\\run.txt', isOld: true }),
  'link.bin': makePackage({ format: 1, content: '' }),
  // The package of a package.
  'nested.bin': makePackage({ label: 'inner.bin', content: inner }),
  'cut-content.bin': makePackage().subarray(0, 70),
  'cut-names.bin': makePackage().subarray(0, 30),
  'cut-wide.bin': makePackage().subarray(0, -9),
  'bad-header.bin': Buffer.concat([
    makePackage().subarray(0, 4),
    Buffer.from([3, 0]),
    makePackage().subarray(6),
  ]),
  'empty.bin': Buffer.alloc(0),
  'bomb.bin': makeBomb(),
  // Says that it is a picture; behind the package stands a zip.
  'picture.png': Buffer.concat([
    makePackage({ label: 'picture.png', isOld: true }),
    Buffer.from('PK\x05\x06'.padEnd(22, '\0')),
  ]),
}
