import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import type { PrivateKey } from 'openpgp'
import { errorText, type Logger } from 'stoq'
import { loadOpenPgp } from './library.ts'
import { readPackets } from './packets.ts'

/** Where keys are looked for. */
export interface KeyPlaces {
  /** Folder of key files. */
  home: string
  /** The folder of the plugin, and the base folder: what a relative path may mean. */
  bases: readonly string[]
  /** A further file; a relative path is one in `home`. */
  keyring: string
}

/** Files larger than this are no keys. */
const maxKeyFile = 2 ** 24

/** The secret keys of a folder, unlocked. What no passphrase unlocks is told in the log, and left out. */
export async function loadKeys(
  places: KeyPlaces,
  passphrases: readonly string[],
  log: Logger,
): Promise<PrivateKey[]> {
  const keys: PrivateKey[] = []
  for (const file of keyFiles(places)) {
    try {
      keys.push(...(await readKeyFile(file)))
    } catch (error) {
      log.warning(`${file} holds no keys: ${errorText(error)}`)
    }
  }
  const unlocked = await Promise.all(keys.map(key => unlock(key, passphrases, log)))
  return unlocked.filter(key => key !== null)
}

function keyFiles({ home, bases, keyring }: KeyPlaces): string[] {
  const folder = bases.map(base => resolve(base, home)).find(isThere)
  const inFolder = folder === undefined ? [] : readdirSync(folder).map(name => join(folder, name))
  const further = isAbsolute(keyring) && isThere(keyring) ? [keyring] : []
  return [...inFolder.sort(), ...further].filter(isKeyFile)
}

/** A scan process may not even ask for what was not there when it started. */
function isThere(path: string): boolean {
  try {
    return existsSync(path)
  } catch {
    return false
  }
}

/** A home of gpg holds other files too: its own store of keys, sockets, lists. */
function isKeyFile(path: string): boolean {
  const facts = statSync(path)
  return (
    facts.isFile() && facts.size > 0 && facts.size <= maxKeyFile && /\.(asc|gpg|pgp|key|bin)$/i.test(path)
  )
}

async function readKeyFile(path: string): Promise<PrivateKey[]> {
  const { readPrivateKeys } = await loadOpenPgp()
  const content = readFileSync(path)
  if (content.includes('-----BEGIN PGP PRIVATE KEY BLOCK-----'))
    return readPrivateKeys({ armoredKeys: content.toString('utf8') })
  return isBinaryKey(content) ? readPrivateKeys({ binaryKeys: content }) : []
}

/** RFC 9580, 5.5.1.3: what begins with a secret key. Keyrings of public keys are of no use here. */
function isBinaryKey(content: Uint8Array): boolean {
  const [first] = readPackets(content)
  return first?.tag === secretKey
}

const secretKey = 5

/** Keys without a passphrase come as they are. */
async function unlock(
  key: PrivateKey,
  passphrases: readonly string[],
  log: Logger,
): Promise<PrivateKey | null> {
  if (key.isDecrypted()) return key
  const { decryptKey } = await loadOpenPgp()
  try {
    return await decryptKey({ privateKey: key, passphrase: [...passphrases] })
  } catch {
    log.warning(`key ${key.getKeyID().toHex().toUpperCase()} is left out: no passphrase unlocks it`)
    return null
  }
}
