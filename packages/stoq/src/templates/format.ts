/** What stands after `%`: `(name)`, flags, width, precision, type. No character fits two parts: zeros are flags. */
const directive =
  /%(?:\((?<name>[^()]*)\))?(?<flags>[-+ #0]*)(?<width>(?:[1-9]\d*)?)(?:\.(?<precision>\d+))?(?<type>[diouxXeEfFgGcrsa%])/g

/** Longest field and most decimals that a directive may ask for: a template must not be able to fill the memory. */
const maxWidth = 1000
const maxDecimals = 100

interface Directive {
  flags: string
  type: string
  /** -1: not given. */
  precision: number
}

/**
 * Python's `%` formatting: `%s %d %-8s %05.1f %x %(name)s`. A missing argument is empty; a value that is no number is
 * written as text, whatever the directive asks for.
 */
export function formatText(
  template: string,
  values: readonly unknown[],
  named: ReadonlyMap<unknown, unknown>,
  print: (value: unknown) => string,
): string {
  let next = 0
  return template.replace(directive, (...found) => {
    const {
      name,
      flags = '',
      width,
      precision,
      type = '',
    } = found.at(-1) as Record<string, string | undefined>
    if (type === '%') return '%'
    const value = name === undefined ? values[next++] : named.get(name)
    const text =
      value === undefined ? '' : convert(value, { flags, type, precision: Number(precision ?? -1) }, print)
    return pad(text, flags, Math.min(Number(width), maxWidth))
  })
}

function convert(value: unknown, directive: Directive, print: (value: unknown) => string): string {
  const { type, flags, precision } = directive
  const number = typeof value === 'number' || typeof value === 'boolean' ? Number(value) : Number.NaN
  if ('diouxXeEfFgG'.includes(type) && Number.isFinite(number))
    return signOf(number, flags) + digitsOf(number, directive)
  const text = type === 'c' && Number.isInteger(number) ? characterOf(number) : print(value)
  return precision < 0 ? text : text.slice(0, precision)
}

function signOf(number: number, flags: string): string {
  if (number < 0) return '-'
  return flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
}

function digitsOf(number: number, { type, precision }: Directive): string {
  const digits = writeNumber(Math.abs(number), type.toLowerCase(), Math.min(precision, maxDecimals))
  return 'XEG'.includes(type) ? digits.toUpperCase() : digits
}

function characterOf(code: number): string {
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ''
}

function writeNumber(number: number, type: string, precision: number): string {
  switch (type) {
    case 'f':
      return number.toFixed(precision < 0 ? 6 : precision)
    case 'e':
      return twoDigitExponent(number.toExponential(precision < 0 ? 6 : precision))
    case 'g':
      return general(number, precision < 0 ? 6 : Math.max(1, precision))
    case 'x':
      return Math.trunc(number).toString(16).padStart(precision, '0')
    case 'o':
      return Math.trunc(number).toString(8).padStart(precision, '0')
    default:
      return BigInt(Math.trunc(number)).toString().padStart(precision, '0')
  }
}

/** The shorter of both notations, without zeros at the end. */
function general(number: number, digits: number): string {
  const [mantissa = '', exponent = '0'] = number.toExponential(digits - 1).split('e')
  const power = Number(exponent)
  if (power >= -4 && power < digits) return dropZeros(number.toFixed(digits - 1 - power))
  return twoDigitExponent(`${dropZeros(mantissa)}e${exponent}`)
}

function dropZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function twoDigitExponent(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

function pad(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width)
  if (!flags.includes('0') || !/^[-+ ]?[\da-f]/i.test(text)) return text.padStart(width)
  const sign = /^[-+ ]?/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(width - sign.length, '0')
}
