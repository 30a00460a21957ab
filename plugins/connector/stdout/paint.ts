import { styleText } from 'node:util'

/** What a part of the tree is; each has its colours. */
const styles = {
  name: 'bold',
  rule: ['bold', 'magenta'],
  type: 'cyan',
  label: 'cyan',
  faint: 'dim',
  error: 'red',
  warning: 'yellow',
  good: 'green',
} as const

export type Style = keyof typeof styles

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

/** Colours as ANSI sequences, or none. */
export function paintWith(colour: boolean): Paint {
  if (!colour) return (_, text) => text
  return (style, text) => (text ? styleText(styles[style], text, { validateStream: false }) : '')
}
