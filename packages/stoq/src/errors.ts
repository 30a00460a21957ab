/** Every fault that stoQ reports by itself: code, text. `%s` are filled in order. Codes are never reused. */
const table = {
  STOQ_CONFIG_SYNTAX: '%s: %s',
  STOQ_CONFIG_VALUE: "%s: '%s' must be %s, got '%s'",
  STOQ_PLUGIN_UNKNOWN: "no %s plugin is named '%s'%s",
  STOQ_PLUGIN_CONFIG: '%s: %s',
  STOQ_PLUGIN_OPTION: "%s: option '%s' in %s must be %s, got '%s'",
  STOQ_PLUGIN_LOAD: 'cannot load %s: %s',
  STOQ_PLUGIN_DEPENDENCY: "%s needs '%s' (npm install %s)",
  STOQ_PLUGIN_ACTIVATE: '%s did not activate: %s',
  STOQ_PLUGIN_FAILED: '%s failed: %s',
  STOQ_PLUGIN_RESULT: '%s returned %s, expected %s',
  STOQ_SOURCE_UNREADABLE: 'cannot read %s: %s',
  STOQ_SOURCE_FORBIDDEN:
    '%s is outside the allowed paths; add its directory to source_base_tuple in stoq.cfg',
  STOQ_SOURCE_MESSAGE: 'bad message: %s',
  STOQ_PAYLOAD_MISSING: 'no payload for %s: %s',
  STOQ_PAYLOAD_TOO_LARGE: '%s is larger than %s bytes',
  STOQ_DISPATCH_RULES: 'dispatch rules %s: %s',
  STOQ_DISPATCH_NO_RULES: 'no usable dispatch rules: %s',
  STOQ_DISPATCH_ENGINE: 'YARA engine %s is not available: %s',
  STOQ_DISPATCH_SCAN: 'YARA engine %s could not scan: %s',
  STOQ_CONNECTOR_SAVE: '%s could not save: %s',
  STOQ_WRITE_ESCAPE: "file name '%s' leaves %s",
  STOQ_WRITE_EXISTS: '%s exists already',
  STOQ_WRITE_EMPTY: 'nothing to write to %s',
  STOQ_WRITE_TYPE: '%s: %s',
  STOQ_WRITE_FAILED: 'cannot write %s: %s',
  STOQ_HTTP_STATUS: '%s answered %s',
  STOQ_HTTP_REFUSED: '%s is refused: %s',
  STOQ_HTTP_FAILED: '%s failed: %s',
  STOQ_JSON_SYNTAX: 'not JSON: %s',
  STOQ_TEMPLATE: 'template %s: %s',
  STOQ_POOL_START: 'no scan process could be started: %s',
  STOQ_POOL_DIED: 'a scan process ended: %s',
  STOQ_POOL_ISOLATED:
    "%s cannot hand payloads on from a scan process: say 'isolate = False' in the options of its .stoq file",
  STOQ_BUDGET: 'the budget is used up: %s',
  STOQ_RUN_STOPPED: 'stopped by %s before it was scanned',
  STOQ_INSTALL_SOURCE: 'cannot get %s: %s',
  STOQ_INSTALL_PACKAGE: '%s holds no plugin that can be installed: %s',
  STOQ_INSTALL_UNSAFE: '%s is refused: %s',
  STOQ_INSTALL_EXISTS: '%s is in %s already: %s',
  STOQ_INSTALL_EDITED: '%s is not removed: %s',
  STOQ_INSTALL_LOCKED: 'another install works in %s (process %s): try again when it has ended',
  STOQ_INSTALL_DEPENDENCY: 'the packages that %s needs could not be installed: %s',
  STOQ_INSTALL_FAILED: 'cannot change the plugins in %s: %s',
  STOQ_CLI_USAGE: '%s',
} as const

export type StoqErrorCode = keyof typeof table

/** All codes, for the reference page and its test. */
export const errorCodes = Object.freeze(Object.keys(table)) as readonly StoqErrorCode[]

/** The one error class of stoQ: `code` is stable, `message` says what, where, what was got and what to do. */
export class StoqError extends Error {
  readonly code: StoqErrorCode

  constructor(code: StoqErrorCode, values: readonly (string | number)[] = [], options?: { cause?: unknown }) {
    super(fill(table[code], values), options)
    this.name = 'StoqError'
    this.code = code
  }

  /** An error that another process has told of. */
  static received(code: string, message: string): StoqError {
    const error = new StoqError(Object.hasOwn(table, code) ? (code as StoqErrorCode) : 'STOQ_POOL_DIED')
    error.message = message
    return error
  }
}

/** The text of whatever was thrown, on one line. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error)
  return text
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .filter(Boolean)
    .join(' ')
}

function fill(text: string, values: readonly (string | number)[]): string {
  let index = 0
  return text.replace(/%s/g, () => String(values[index++] ?? ''))
}
