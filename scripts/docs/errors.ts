import { errorCodes, StoqError } from '../../packages/stoq/src/errors.ts'

/**
 * The page of error codes: message from the code, cause and remedy as people wrote them under the heading.
 * `missing` tells codes without text, and entries whose code is gone; the latter stay at the end of the page.
 */
export function errorsPage(page: string): { text: string; missing: string[] } {
  const [intro = '', ...sections] = page.split(/^(?=## STOQ_)/m)
  const written = new Map(sections.map(section => [headingOf(section), bodyOf(section)]))
  const known = errorCodes.map(code => entry(code, message(code), written.get(code) ?? ''))
  const gone = [...written].filter(([code]) => !(errorCodes as readonly string[]).includes(code))
  const missing = [
    ...errorCodes.filter(code => !written.get(code)).map(code => `${code} has no text`),
    ...gone.map(([code]) => `there is no code ${code}`),
  ]
  const rest = gone.map(([code, body]) => entry(code, '', body))
  return { text: `${[intro.trim(), ...known, ...rest].join('\n\n')}\n`, missing }
}

function headingOf(section: string): string {
  return /^## (\w+)/.exec(section)?.[1] ?? ''
}

/** What people wrote: all but the heading and the quoted message. */
function bodyOf(section: string): string {
  return section
    .replace(/^## .*\n/, '')
    .replace(/^\s*> .*\n/, '')
    .trim()
}

function message(code: (typeof errorCodes)[number]): string {
  return new StoqError(code, Array<string>(5).fill('…')).message
}

function entry(code: string, said: string, body: string): string {
  return [`## ${code}`, ...(said ? [`> \`${said}\``] : []), ...(body ? [body] : [])].join('\n\n')
}
