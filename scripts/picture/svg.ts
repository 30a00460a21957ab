import type { Line, Run } from './screen.ts'

const font = { size: 14, width: 8.43, height: 20 }
const margin = { x: 20, top: 52, bottom: 18 }
const background = '#16181d'
const foreground = '#d7dae0'
const faint = '#8a91a0'

/** Colours that keep their distance from each other and from the background. */
const colours: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#76e3ea',
}

/** A terminal window with these lines as SVG. Each piece stands where its column is, whatever the font. */
export function drawTerminal(lines: readonly Line[], columns: number): string {
  const width = Math.ceil(columns * font.width + 2 * margin.x)
  const height = margin.top + lines.length * font.height + margin.bottom
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map((fill, index) => {
    return `<circle cx="${22 + index * 20}" cy="22" r="6" fill="${fill}"/>`
  })
  const texts = lines.flatMap((line, index) => drawLine(line, margin.top + (index + 0.75) * font.height))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>stoq scan in a terminal</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="${background}"/>`,
    ...dots,
    `<g font-family="ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${font.size}" xml:space="preserve">`,
    ...texts,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function drawLine(line: Line, y: number): string[] {
  let column = 0
  return line.flatMap(run => {
    const start = column
    column += [...run.text].length
    return run.text.trim() ? [drawRun(run, start, y)] : []
  })
}

function drawRun({ text, ...look }: Run, column: number, y: number): string {
  const indent = text.length - text.trimStart().length
  const shown = text.trim()
  const x = (margin.x + (column + indent) * font.width).toFixed(1)
  const length = ([...shown].length * font.width).toFixed(1)
  const weight = look.bold ? ' font-weight="bold"' : ''
  const fill = look.faint ? faint : (colours[look.colour ?? 0] ?? foreground)
  return `<text x="${x}" y="${y}" textLength="${length}" fill="${fill}"${weight}>${escapeXml(shown)}</text>`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
