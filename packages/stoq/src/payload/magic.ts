import type { WASMagic } from 'wasmagic'
import { errorText, StoqError } from '../errors.ts'

/** One loaded libmagic, for MIME types or for descriptions. */
export interface Magic {
  /** What the payload is, or null after a fault inside libmagic: such an instance stays silent, and `loadMagic` gives a new one. */
  detect(payload: Uint8Array): string | null
}

/**
 * The MIME type of a payload (`mime` false: its description) as libmagic sees it, under the names of libmagic 5.44;
 * null after a fault inside libmagic. Text is judged by its first 4 KiB, everything else by its first 256 KiB.
 */
export async function getMagic(payload: Uint8Array, mime = true): Promise<string | null> {
  return (await loadMagic(mime)).detect(payload)
}

/** Loads libmagic once for each form, about 50 ms and 40 MB each; later calls get the same instance. */
export function loadMagic(mime = true): Promise<Magic> {
  const known = loaded.get(mime)
  if (known) return known
  const loading = createMagic(mime)
  loaded.set(mime, loading)
  loading.catch(() => loaded.delete(mime))
  return loading
}

const loaded = new Map<boolean, Promise<Magic>>()

/** The tests for text are regular expressions that cost up to 8 ms per KiB, so text gets the short look. */
const shortLook = 4096
/** The label of an ISO image is at 32 KiB, that of Btrfs at 64 KiB. */
const longLook = 262_144

/** Names that came after libmagic 5.44, and the names that rules and plugins know. */
const aliases: Record<string, string> = {
  'application/vnd.ms-msi': 'application/x-msi',
  'application/vnd.rar': 'application/x-rar',
}

async function createMagic(mime: boolean): Promise<Magic> {
  const library = await loadLibrary(mime)
  let isBroken = false
  const detect = (payload: Uint8Array) => {
    if (isBroken) return null
    try {
      const answer = look(library, payload)
      return aliases[answer] ?? answer
    } catch {
      // A trap leaves the memory of a WASM instance in an unknown state.
      isBroken = true
      loaded.delete(mime)
      return null
    }
  }
  return { detect }
}

async function loadLibrary(mime: boolean): Promise<WASMagic> {
  try {
    const { WASMagic, WASMagicFlags } = await import('wasmagic')
    return await WASMagic.create({ flags: mime ? WASMagicFlags.MIME_TYPE : WASMagicFlags.NONE })
  } catch (error) {
    throw new StoqError('STOQ_PLUGIN_LOAD', ['wasmagic', errorText(error)], { cause: error })
  }
}

function look(library: WASMagic, payload: Uint8Array): string {
  const first = library.detect(payload.subarray(0, shortLook))
  const isDone = payload.length <= shortLook || /^text\/|\btext\b/.test(first)
  const answer = isDone ? first : library.detect(payload.subarray(0, longLook))
  return /^(application\/zip$|Zip archive)/.test(answer) ? beforeZip(library, payload, answer) : answer
}

/**
 * A zip at the end must not hide what stands before it (an exe that unpacks itself): without its last byte the zip has
 * no end record, so libmagic looks at the start alone. That is also what it does when the end is out of sight.
 */
function beforeZip(library: WASMagic, payload: Uint8Array, answer: string): string {
  const startsAsZip = payload[0] === 0x50 && payload[1] === 0x4b
  if (startsAsZip || payload.length > longLook) return answer
  const start = library.detect(payload.subarray(0, -1))
  return start === 'data' || start === 'application/octet-stream' ? answer : start
}
