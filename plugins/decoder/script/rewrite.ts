/** A piece of text that another takes the place of. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** A text that was edited. */
export interface Rewritten {
  text: string
  /** Where a place of it stood in the text that it was made of. */
  origin(index: number): number
}

/** Makes all edits: sorted by `start`, none within another. */
export function rewrite(text: string, edits: readonly Edit[]): Rewritten {
  const parts: string[] = []
  // Where each part begins, in the new text and in the old one, and whether it was kept.
  const starts: number[] = []
  const origins: number[] = []
  let [read, length] = [0, 0]
  const add = (part: string, origin: number) => {
    parts.push(part)
    starts.push(length)
    origins.push(origin)
    length += part.length
  }
  for (const edit of edits) {
    add(text.slice(read, edit.start), read)
    add(edit.text, edit.start)
    read = edit.end
  }
  add(text.slice(read), read)
  return { text: parts.join(''), origin: index => originOf(index, starts, origins) }
}

/** Every other part is an edit: all of it stood where its edit began. */
function originOf(index: number, starts: readonly number[], origins: readonly number[]): number {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= index) low = middle
    else high = middle - 1
  }
  const origin = origins[low] ?? 0
  return low % 2 === 1 ? origin : origin + index - (starts[low] ?? 0)
}
