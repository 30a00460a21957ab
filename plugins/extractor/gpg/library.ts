import { StoqError } from 'stoq'

/** openpgp, when the first message needs it. Who installs the package alone is told then. */
export async function loadOpenPgp(): Promise<typeof import('openpgp')> {
  try {
    return await import('openpgp')
  } catch (cause) {
    throw new StoqError('STOQ_PLUGIN_DEPENDENCY', ['extractor:gpg', 'openpgp', 'openpgp'], { cause })
  }
}
