import { type ExtractedResult, type Payload, StoqDecoderPlugin } from 'stoq'

/** The printable characters of ASCII but the blank. */
const first = 33
const count = 94

const rotated = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < first || byte >= first + count ? byte : first + ((byte - first + count / 2) % count),
)

/** Moves every printable character by 47 places: what was encoded so is decoded, and the other way. meta: `size` in bytes. */
export class Rot47Decoder extends StoqDecoderPlugin {
  decode(payload: Payload): ExtractedResult {
    const content = new Uint8Array(payload.length)
    for (let index = 0; index < content.length; index++) content[index] = rotated[payload[index] ?? 0] ?? 0
    return [[{ size: content.length }, content]]
  }
}
