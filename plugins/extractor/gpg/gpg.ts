import type { PrivateKey } from 'openpgp'
import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqError,
  StoqExtractorPlugin,
} from 'stoq'
import { readArmor } from './armor.ts'
import type { Secrets } from './decrypt.ts'
import { loadKeys } from './keys.ts'
import { Cut, Limits } from './limits.ts'
import { type Opening, openMessages, type Said } from './open.ts'

/** Passphrases that are tried: each may take some tenths of a second. */
const maxPasswords = 100

/**
 * Opens OpenPGP messages: encrypted for a key or with a passphrase, signed, compressed; armored anywhere in a payload, or
 * binary at its start. meta: `size`, `offset`, `message`; `filename`, `original_path`, `password`, `key_id`, `signed_by`
 * where they apply. Signatures are not checked.
 */
export class GpgExtractor extends StoqExtractorPlugin {
  /** Folder of secret keys. */
  gpg_home = 'gpghome/'
  /** Further file of secret keys. */
  secret_keyring = 'secring.gpg'
  /** Passphrase of keys and messages. */
  passphrase = 'Thisisreallysecret'
  /** Further ones. */
  passphrase_list: string[] = []
  /** Without use: signatures are not checked. */
  public_keyring = 'pubring.gpg'
  /** Without use: signatures are not checked. */
  always_trust = true
  /** Without use: no program is run. */
  gpg_bin = ''
  #keys: Promise<PrivateKey[]> | null = null

  extract(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    const secrets = { passwords: this.#passwords(kwargs), keys: () => this.#loadKeys() }
    return this.#open(payload, secrets, context)
  }

  /** The option's first: those that come with the payload may be all words of a mail. */
  #passwords(kwargs: Kwargs): string[] {
    const given = [kwargs['archive_passwords'], kwargs['password_words']].flatMap(toList)
    return clean([this.passphrase, ...this.passphrase_list, ...given]).slice(0, maxPasswords)
  }

  #loadKeys(): Promise<PrivateKey[]> {
    const bases = [this.plugin_path, this.stoq.settings.base_dir]
    const places = { home: this.gpg_home, bases, keyring: this.secret_keyring }
    this.#keys ??= loadKeys(places, clean([this.passphrase, ...this.passphrase_list]), this.log)
    return this.#keys
  }

  /** What can be read comes first; what could not is thrown at the end. */
  async *#open(payload: Payload, secrets: Secrets, context: PluginContext): AsyncGenerator<Extracted> {
    const limits = new Limits(context)
    const faults = new Set<string>()
    const opening = { limits, secrets, fault: (reason: string) => void faults.add(reason) }
    try {
      for await (const found of readAll(payload, opening)) {
        yield found
        limits.startStep()
      }
    } catch (error) {
      if (!(error instanceof Cut)) throw error
    }
    if (faults.size > 0) throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, [...faults].join('; ')])
  }
}

/** Armored messages where there are any, else the payload itself as one. */
async function* readAll(payload: Payload, opening: Opening): AsyncGenerator<Extracted> {
  let hasArmor = false
  for (const { kind, bytes, offset } of readArmor(payload)) {
    hasArmor = true
    opening.limits.check()
    if (kind === 'text') yield [{ message: 'cleartext', size: bytes.length, offset }, bytes]
    else for await (const said of openMessages(bytes, opening, 1)) yield [metaOf(said, offset), said.content]
  }
  if (hasArmor) return
  for await (const said of openMessages(payload, opening, 0)) yield [metaOf(said, said.start), said.content]
}

/** A name from inside is data: `filename` is its last part. */
function metaOf({ name, content, facts }: Said, offset: number): Record<string, unknown> {
  const filename = name.split(/[/\\]/).findLast(part => part !== '' && part !== '.' && part !== '..')
  return {
    ...(filename !== undefined && { filename }),
    ...(filename !== undefined && filename !== name && { original_path: name }),
    size: content.length,
    offset,
    ...facts,
  }
}

/** Text with commas or a list, as in `archive_passwords`. */
function toList(given: unknown): string[] {
  if (typeof given === 'string') return given.split(',').map(password => password.trim())
  return Array.isArray(given) ? given.map(String) : []
}

function clean(passwords: readonly string[]): string[] {
  return [...new Set(passwords)].filter(password => password !== '')
}
