/** How a piece of text looks. */
export interface Look {
  /** Number of an ANSI colour, 30 to 37 or 90 to 97; null: the usual one. */
  colour: number | null
  bold: boolean
  faint: boolean
}

/** A piece of a line in one look. */
export interface Run extends Look {
  text: string
}

export type Line = readonly Run[]

const usual: Look = { colour: null, bold: false, faint: false }

/** What is on a screen after this output: lines of coloured pieces. A progress line that was wiped away is not there. */
export function readScreen(output: string): Line[] {
  let look = usual
  const lines = output.replaceAll('\r\n', '\n').split('\n')
  const read = lines.map(line => {
    const runs: Run[] = []
    for (const [, codes, text] of wiped(line).matchAll(/\x1b\[([\d;]*)m|([^\x1b]+)/g)) {
      if (text !== undefined) runs.push({ ...look, text })
      else for (const code of (codes || '0').split(';')) look = changed(look, Number(code))
    }
    return runs
  })
  while (read.at(-1)?.length === 0) read.pop()
  return read
}

/** The lines without their looks. */
export function plainText(lines: readonly Line[]): string {
  return lines
    .map(line =>
      line
        .map(run => run.text)
        .join('')
        .trimEnd(),
    )
    .join('\n')
}

/** What stands before a wiped line is gone. */
function wiped(line: string): string {
  return line.slice(line.lastIndexOf('\r\x1b[K') + 1).replace('\x1b[K', '')
}

function changed(look: Look, code: number): Look {
  if (code === 0) return usual
  if (code === 1) return { ...look, bold: true }
  if (code === 2) return { ...look, faint: true }
  if (code === 22) return { ...look, bold: false, faint: false }
  if (code === 39) return { ...look, colour: null }
  const isColour = (code >= 30 && code <= 37) || (code >= 90 && code <= 97)
  return isColour ? { ...look, colour: code } : look
}
