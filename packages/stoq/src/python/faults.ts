import { StoqHelp } from '../cli/args.ts'
import { StoqError } from '../errors.ts'
import type { PythonFault } from './protocol.ts'

/** An exception of a call: the traceback is its stack. */
export function callFault(id: string, fault: PythonFault): StoqError {
  const cause = causeOf(fault)
  if (fault.code) return Object.assign(StoqError.received(fault.code, fault.message), { cause })
  return new StoqError('STOQ_PLUGIN_FAILED', [id, describe(fault)], { cause })
}

/** An exception while the plugin was loaded and activated; help and wrong flags are none. */
export function startFault(id: string, python: string, fault: PythonFault): Error {
  const cause = causeOf(fault)
  if (fault.says === 'help') return new StoqHelp(fault.message)
  if (fault.says === 'usage') return new StoqError('STOQ_CLI_USAGE', [fault.message])
  if (fault.code) return callFault(id, fault)
  const [name = ''] = (fault.missing ?? '').split('.')
  const missing = `needs the Python package '${name}' (${python} -m pip install ${name})`
  return new StoqError('STOQ_PLUGIN_LOAD', [id, name ? missing : describe(fault)], { cause })
}

function describe({ type, message }: PythonFault): string {
  return message ? `${type}: ${message}` : type
}

function causeOf({ type, message, stack }: PythonFault): Error {
  const cause = new Error(message)
  cause.name = type
  if (stack) cause.stack = stack
  return cause
}
