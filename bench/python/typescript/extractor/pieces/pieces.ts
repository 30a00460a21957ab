import { type Extracted, type Payload, StoqExtractorPlugin } from 'stoq'

export class Pieces extends StoqExtractorPlugin {
  override async *extract(payload: Payload): AsyncGenerator<Extracted> {
    const size = Math.floor(payload.byteLength / 1000)
    for (let offset = 0; offset < size * 1000; offset += size)
      yield [{ offset }, payload.subarray(offset, offset + size)]
  }
}
