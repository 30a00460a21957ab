import { getSha256, type Kwargs, type Payload, StoqReaderPlugin } from 'stoq'

export class Measured extends StoqReaderPlugin {
  override async read(payload: Payload, kwargs: Kwargs = {}): Promise<unknown> {
    if (kwargs['nothing']) return null
    return { sha256: getSha256(payload), size: payload.byteLength }
  }
}
