import { foreignHandler, isEncryptDict } from './encryption.ts'
import type { Located, PdfObject } from './objects.ts'
import { type Dict, get, isDict, toCount, type Value } from './values.ts'

/** Encryption dictionaries and identifiers that are tried. */
const maxEncryptions = 4

/** What is noted of objects when they are read for the first time. */
export class FirstFacts {
  readonly encryptions: Located[] = []
  readonly foreign = new Set<string>()
  readonly ids: Uint8Array[] = []
  readonly objectStreams: PdfObject[] = []

  look(object: PdfObject, value: Value): void {
    if (!isDict(value)) return
    if (object.data && toCount(get(value, 'N')) !== null && toCount(get(value, 'First')) !== null)
      this.objectStreams.push(object)
    this.#lookForId(get(value, 'ID'))
    const inline = get(value, 'Encrypt')
    for (const dict of [value, inline]) if (isDict(dict)) this.#lookForEncryption(dict, object)
  }

  #lookForId(value: Value): void {
    const [id] = Array.isArray(value) ? value : []
    if (!(id instanceof Uint8Array) || this.ids.length === maxEncryptions) return
    if (!this.ids.some(known => Buffer.compare(known, id) === 0)) this.ids.push(id)
  }

  #lookForEncryption(dict: Dict, owner: PdfObject): void {
    const foreign = foreignHandler(dict)
    if (foreign !== null) this.foreign.add(foreign)
    if (isEncryptDict(dict) && this.encryptions.length < maxEncryptions)
      this.encryptions.push({ value: dict, owner })
  }
}
