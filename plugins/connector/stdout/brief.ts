import { printable } from 'stoq'

/** The text, cut to `width` characters with `…` at its end. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text
  const kept = text.slice(0, Math.max(0, width - 1))
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`
}

/** A value as one line of JSON of at most `width` characters: however large it is, no more is written than is shown. */
export function briefJson(value: unknown, width: number): string {
  const brief = { text: '', width }
  write(brief, value)
  return cut(printable(brief.text), width)
}

/** Text as it is, anything else as brief JSON; printable either way. */
export function textOf(value: unknown, width = 200): string {
  return typeof value === 'string' ? cut(printable(value), width) : briefJson(value, width)
}

interface Brief {
  text: string
  width: number
}

/** Every level writes a character before it goes deeper, so that the width bounds the depth too. */
function write(brief: Brief, value: unknown): void {
  if (Array.isArray(value)) writeList(brief, '[', value, ']', item => write(brief, item))
  else if (typeof value === 'object' && value !== null) {
    writeList(brief, '{', Object.entries(value), '}', ([key, inner]) => {
      brief.text += `${writeText(brief, key)}: `
      write(brief, inner)
    })
  } else brief.text += typeof value === 'string' ? writeText(brief, value) : String(value)
}

function writeList<T>(
  brief: Brief,
  open: string,
  items: readonly T[],
  close: string,
  each: (item: T) => void,
): void {
  brief.text += open
  for (const [index, item] of items.entries()) {
    if (brief.text.length > brief.width) return
    if (index > 0) brief.text += ', '
    each(item)
  }
  brief.text += close
}

function writeText(brief: Brief, text: string): string {
  return JSON.stringify(text.slice(0, brief.width))
}
