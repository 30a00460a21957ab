import {
  type Extracted,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqCarverPlugin,
  StoqError,
} from 'stoq'

const begin = '-----BEGIN '

/** Cuts certificates and keys out of a payload (RFC 7468): from `-----BEGIN label-----` to `-----END label-----`. */
export class PemCarver extends StoqCarverPlugin {
  ignore_list: string[] = [];

  *carve(payload: Payload, _kwargs: Kwargs, { budget }: PluginContext): Generator<Extracted> {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    let unended = -1
    let at = 0
    for (let start = bytes.indexOf(begin); start >= 0; start = bytes.indexOf(begin, at)) {
      if (!budget.hasChildren()) return
      at = start + begin.length
      const label = /^([A-Z0-9 ]{1,40})-----/.exec(bytes.toString('latin1', at, at + 50))?.[1]
      if (!label) continue
      // The next five hyphens must be those of the end: so every byte is looked at once.
      const last = bytes.indexOf('-----', at + label.length + 5)
      const end = last + `-----END ${label}-----`.length
      if (bytes.toString('latin1', last, end) !== `-----END ${label}-----`) {
        unended = start
        continue
      }
      at = end
      const size = end - start
      if (!this.ignore_list.includes(label))
        yield [{ filename: `${label}.pem`, offset: start, size, label }, bytes.subarray(start, end)]
    }
    if (unended >= 0)
      throw new StoqError('STOQ_PLUGIN_FAILED', [this.id, `no end of the block at ${unended}`])
  }
}
