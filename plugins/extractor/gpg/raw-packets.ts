import type { enums } from 'openpgp'
import { tags } from './packets.ts'

/** Settings with which openpgp decrypts and looks at nothing that was inside: unfolding and reading are bounded here. */
export const rawConfig = {
  additionalAllowedPackets: Object.values(tags).map(rawPackets),
  enforceGrammar: false,
}

/** A class of packets of one type, for openpgp, that are kept as they are. */
function rawPackets(tag: number): { new (): RawPacket; tag: enums.packet } {
  return class {
    static readonly tag: enums.packet = tag
    body: Uint8Array = new Uint8Array()

    /** openpgp hands large kinds of packets over piece by piece. */
    async read(given: Uint8Array | PieceReader): Promise<void> {
      this.body = given instanceof Uint8Array ? given : await readAll(given)
    }

    write(): Uint8Array {
      return this.body
    }
  }
}

interface RawPacket {
  body: Uint8Array
}

/** The part of openpgp's streams that is used here. */
interface PieceReader {
  getReader(): { read(): Promise<{ done: boolean; value?: Uint8Array }> }
}

async function readAll(given: PieceReader): Promise<Uint8Array> {
  const reader = given.getReader()
  const pieces: Uint8Array[] = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (next.value) pieces.push(next.value)
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
}
