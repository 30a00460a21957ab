/** A tag of an XML text, with the text before it. */
export interface XmlTag {
  /** Without the prefix of its namespace. */
  name: string
  isClosing: boolean
  isEmpty: boolean
  /** Text between the tag before and this one, entities resolved. */
  text: string
  /** Value of an attribute by its name, with or without prefix. */
  attribute(name: string): string | undefined
}

/**
 * The tags of an XML text in one pass. Nothing has to be well-formed, no entity is defined, nothing nests: what programs
 * repair is read as well, and a hostile text costs no more than its length.
 */
export function* xmlTags(xml: string): Generator<XmlTag, void> {
  let at = 0
  let text = ''
  while (at < xml.length) {
    const open = xml.indexOf('<', at)
    if (open < 0) return
    text += resolveEntities(xml.slice(at, open))
    const special = specials.find(([start]) => xml.startsWith(start, open))
    if (special) {
      const [start, end, isText] = special
      const close = xml.indexOf(end, open + start.length)
      if (isText) text += xml.slice(open + start.length, close < 0 ? undefined : close)
      if (close < 0) return
      at = close + end.length
      continue
    }
    const close = endOfTag(xml, open)
    yield readTag(xml.slice(open + 1, close), text)
    text = ''
    at = close + 1
  }
}

const specials = [
  ['<!--', '-->', false],
  ['<![CDATA[', ']]>', true],
  ['<?', '?>', false],
  ['<!', '>', false],
] as const

/** Offset of the `>` that ends a tag: one in quotes does not. */
function endOfTag(xml: string, open: number): number {
  let quote = 0
  for (let at = open + 1; at < xml.length; at++) {
    const char = xml.charCodeAt(at)
    if (quote !== 0) {
      if (char === quote) quote = 0
    } else if (char === 0x22 || char === 0x27) quote = char
    else if (char === 0x3e) return at
  }
  return xml.length
}

function readTag(content: string, text: string): XmlTag {
  const isClosing = content.startsWith('/')
  const nameStart = isClosing ? 1 : 0
  let nameEnd = nameStart
  while (nameEnd < content.length && !isBlank(content.charCodeAt(nameEnd)) && content[nameEnd] !== '/')
    nameEnd++
  let attributes: Map<string, string> | null = null
  return {
    name: localName(content.slice(nameStart, nameEnd)),
    isClosing,
    isEmpty: content.endsWith('/'),
    text,
    attribute(name) {
      attributes ??= readAttributes(content, nameEnd)
      return attributes.get(name)
    },
  }
}

/** Name and value of what looks like an attribute; each under its name with prefix and, the first one, without. */
function readAttributes(content: string, from: number): Map<string, string> {
  const attributes = new Map<string, string>()
  let at = from
  for (let equals = content.indexOf('=', at); equals >= 0; equals = content.indexOf('=', at)) {
    const name = content.slice(at, equals).trim()
    const [open, close] = quotedSpan(content, equals + 1)
    if (close >= 0 && !name.startsWith('xmlns'))
      addAttribute(attributes, name, content.slice(open + 1, close))
    at = close >= 0 ? close + 1 : open
  }
  return attributes
}

/** Where the quotes around a value are; -1 for the second where there are none. */
function quotedSpan(content: string, from: number): [open: number, close: number] {
  let open = from
  while (isBlank(content.charCodeAt(open))) open++
  const quote = content[open]
  return [open, quote === '"' || quote === "'" ? content.indexOf(quote, open + 1) : -1]
}

function addAttribute(attributes: Map<string, string>, name: string, value: string): void {
  const text = resolveEntities(value)
  if (!attributes.has(name)) attributes.set(name, text)
  if (!attributes.has(localName(name))) attributes.set(localName(name), text)
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function isBlank(char: number): boolean {
  return char === 0x20 || char === 0x09 || char === 0x0a || char === 0x0d
}

const entities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

function resolveEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(#x[\da-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities.get(name) ?? whole
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** Text of an XML part: UTF-8, or UTF-16 where it begins so. */
export function xmlText(bytes: Buffer): string {
  const isLittle = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0x3c && bytes[1] === 0)
  const isBig = (bytes[0] === 0xfe && bytes[1] === 0xff) || (bytes[0] === 0 && bytes[1] === 0x3c)
  const label = isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8'
  return new TextDecoder(label).decode(bytes)
}
