import {
  type Extracted,
  type ExtractedResult,
  type Kwargs,
  type Payload,
  type PluginContext,
  StoqDecoderPlugin,
} from 'stoq'
import { deobfuscate } from './deobfuscate.ts'
import { encodedBlocks } from './encoded-script.ts'
import { findHidden, hiddenTexts } from './hidden.ts'
import { readSource, type Source } from './source.ts'

/**
 * Decodes what scripts hide in strings, and in variables that hold strings: VBScript, VBA, JScript, PowerShell, batch, HTML
 * and HTA. Nothing is run; what is only known when it runs is not found. meta: `kind` (`deobfuscated`: the whole script, when it was changed), `offset` where
 * it stands in the payload, `size` in bytes.
 */
export class ScriptDecoder extends StoqDecoderPlugin {
  /** Bytes that a decoded text has at least. */
  minimum_size_int = 24
  /** Bytes of a script that are read. */
  maximum_size_int = 64 * 2 ** 20

  decode(payload: Payload, kwargs: Kwargs, context: PluginContext): ExtractedResult {
    const found = this.#decode(payload, kwargs, context)
    const first = found.next()
    return first.done ? null : prepend(first.value, found)
  }

  *#decode(payload: Payload, { filename }: Kwargs, { budget }: PluginContext): Generator<Extracted, void> {
    const size = Math.min(payload.length, Math.max(0, this.maximum_size_int))
    if (size < payload.length)
      budget.cut('maximum_size_int', `no more than ${size} bytes of a script are read`)
    const source = readSource(Buffer.from(payload.buffer, payload.byteOffset, size))
    if (!source || isMail(source.text)) return
    let left = budget.remainingBytes
    for (const [meta, content] of this.#children(source, String(filename ?? ''))) {
      left -= content.length
      if (left < 0) return void budget.cut('max_bytes', `more than ${budget.limits.max_bytes} bytes produced`)
      yield [{ ...meta, size: content.length }, content]
    }
  }

  *#children(source: Source, filename: string): Generator<Extracted, void> {
    for (const { start, text } of encodedBlocks(source.text)) {
      yield [{ kind: 'encoded_script', offset: source.offset(start) }, source.encode(text)]
    }
    const script = deobfuscate(source.text, filename)
    if (script.text !== source.text)
      yield [{ kind: 'deobfuscated', offset: source.offset(0) }, source.encode(script.text)]
    const offset = (index: number) => source.offset(script.origin(index))
    const minimum = this.minimum_size_int
    for (const { start, kind, content } of hiddenTexts(script, source, minimum))
      yield [{ kind, offset: source.offset(start) }, content]
    for (const { start, kind, content } of findHidden(script.text, minimum))
      yield [{ kind, offset: offset(start) }, content]
  }
}

/** Mails are taken apart by others, with their encodings. */
function isMail(text: string): boolean {
  const head = text.slice(0, 0x4000)
  return /^[A-Za-z][\w-]{1,40}:[ \t]/.test(head) && /\n(?:MIME-Version|Content-Type|Message-ID):/i.test(head)
}

function* prepend(first: Extracted, rest: Iterable<Extracted>): Generator<Extracted, void> {
  yield first
  yield* rest
}
