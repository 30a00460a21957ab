import { StoqDecoderPlugin, StoqError } from 'stoq'

/** Puts bytes that are in reverse order right: the whole payload, or each group of `group` bytes. */
export class ReverseDecoder extends StoqDecoderPlugin {
  group = 0

  decode(payload, kwargs) {
    if (payload.length < 2) return null
    const group = Number(kwargs.group ?? this.group)
    if (!Number.isInteger(group) || group < 0)
      throw new StoqError('STOQ_PLUGIN_FAILED', [
        this.id,
        `group must be a number of bytes, got '${kwargs.group}'`,
      ])
    const bytes = this.toByteArray(payload)
    const step = group || bytes.length
    for (let start = 0; start < bytes.length; start += step) bytes.subarray(start, start + step).reverse()
    return [[{ group }, bytes]]
  }
}
