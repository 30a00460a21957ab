import type { SampleSources } from 'stoq/testing'
import { guidBytes } from './guid.ts'
import { makeDataObject, makeSection } from './section.fixture.ts'

const note = {
  name: 'note.txt',
  path: 'C:\\own\\files\\note.txt',
  extension: '.txt',
  content: 'a file of our own\n',
}
const picture = {
  isPicture: true,
  name: 'dot.png',
  extension: '.png',
  content: Buffer.from('89504E470D0A1A0A0000000D49484452', 'hex'),
}
const script = {
  name: '..\\click me\u202etxt.hta',
  extension: '.hta',
  content: '<html>nothing to run</html>\n',
}

const section = makeSection([note, picture, script])
const single = makeSection([note])
const frame = single.indexOf(makeDataObject(note.content))

/** `single` with other numbers where the content says how long it is. */
function withLength(length: number): Buffer {
  const copy = Buffer.from(single)
  copy.writeUInt32LE(length, frame + 16)
  return copy
}

/** As OneDrive hands sections out: other frames, which are not opened. */
function makePackaged(): Buffer {
  const copy = Buffer.from(single.subarray(0, 1024))
  guidBytes('638DE92F-A6D4-4BC1-9A36-B3FC2511A5B7').copy(copy, 48)
  return copy
}

/** Frames in frames: each says that it holds the rest. */
function makeBomb(): Buffer {
  const head = makeDataObject('').subarray(0, 36)
  const count = 200
  const frames = Array.from({ length: count }, (_, index) => {
    const copy = Buffer.from(head)
    copy.writeUInt32LE((count - index - 1) * head.length + 4, 16)
    return copy
  })
  return Buffer.concat([
    single.subarray(0, 1024),
    ...frames,
    Buffer.alloc(4),
    makeDataObject('').subarray(36),
  ])
}

export const samples: SampleSources = {
  'section.one': section,
  'no-names.one': makeSection([{ content: 'a file without a name\n', extension: '' }]),
  'empty-page.one': makeSection([]),
  'empty.one': Buffer.alloc(0),
  'nested.one': makeSection([{ name: 'inner.one', extension: '.one', content: single }]),
  'cut-content.one': single.subarray(0, frame + 36 + 9),
  'cut-lists.one': section.subarray(0, section.length - 500),
  'cut-header.one': single.subarray(0, 40),
  'bad-header.one': Buffer.concat([Buffer.alloc(1024, 0xee), section.subarray(1024)]),
  'bad-length.one': withLength(0x7fff_ffff),
  'short-length.one': withLength(3),
  'packaged.one': makePackaged(),
  'bomb.one': makeBomb(),
  // Called a document, begins with text, holds a frame and a zip behind it.
  'letter.txt': Buffer.concat([
    Buffer.from('Dear reader,\n'),
    makeDataObject('a file in a letter\n'),
    Buffer.from('PK\x05\x06'.padEnd(22, '\0')),
  ]),
}
