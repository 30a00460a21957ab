import { type ExtractedResult, type Kwargs, type Payload, StoqDecoderPlugin } from 'stoq'
import { decodeBase64 } from './base64.ts'

/** Decodes a payload that is Base64 text; null when it is not. meta: `size` in bytes. */
export class Base64Decoder extends StoqDecoderPlugin {
  /** True: the alphabet for URLs. A rule may say so for its payloads with `urlsafe = "True"`. */
  urlsafe = false

  decode(payload: Payload, kwargs: Kwargs): ExtractedResult {
    const asked = String(kwargs['urlsafe'] ?? this.urlsafe)
    const content = decodeBase64(payload, { urlsafe: /^(?:true|yes|on|1)$/i.test(asked.trim()) })
    return content && [[{ size: content.length }, content]]
  }
}
