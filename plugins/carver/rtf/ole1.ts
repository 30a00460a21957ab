/** An object in the form that OLE 1.0 wrote ([MS-OLEDS] 2.2). */
export interface OleObject {
  kind: 'embedded' | 'linked'
  class_name: string
  topic_name: string
  item_name: string
  /** Where the size of the native data stands, 4 bytes in front of them; for a linked object, the end of the names. */
  start: number
  /** Where the native data end; beyond the content when it was cut short. */
  end: number
}

/** The object whose header `content` begins with ([MS-OLEDS] 2.2.4, 2.2.5); null when it does not. The version is not looked at. */
export function readOleObject(content: Uint8Array): OleObject | null {
  if (content.length < 24) return null
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const format = view.getUint32(4, true)
  if (format !== linkedObject && format !== embeddedObject) return null
  const names: string[] = []
  let at = 8
  while (names.length < 3) {
    const end = nameEnd(view, at)
    if (end === null) return null
    names.push(readName(content.subarray(at + 4, end)))
    at = end
  }
  const [class_name = '', topic_name = '', item_name = ''] = names
  const isEmbedded = format === embeddedObject
  if (isEmbedded && at + 4 > content.length) return null
  const end = isEmbedded ? at + 4 + view.getUint32(at, true) : content.length
  return { kind: isEmbedded ? 'embedded' : 'linked', class_name, topic_name, item_name, start: at, end }
}

const linkedObject = 1
const embeddedObject = 2

/** Names are bytes of a code page, their number in front of them ([MS-OLEDS] 2.1.4). Null: it reaches behind the end. */
function nameEnd(view: DataView, at: number): number | null {
  if (at + 4 > view.byteLength) return null
  const end = at + 4 + view.getUint32(at, true)
  return end <= view.byteLength ? end : null
}

/** Up to the first NUL; a name as long as a blob is none. */
function readName(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return codePage.decode(bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, longestName)))
}

const longestName = 1024
const codePage = new TextDecoder('windows-1252')
