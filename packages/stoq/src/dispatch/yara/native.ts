import { errorText, StoqError } from '../../errors.ts'
import { compileRules } from './compile-rules.ts'
import type { StringMatch, YaraEngine } from './engine.ts'
import type { UnitEngine } from './rule-group.ts'
import { maxMatchesPerPattern } from './rule-set.ts'

/** What is used of the native binding. */
interface NativeBinding {
  compile(source: string, options: { enableIncludes: boolean }): NativeScanner
}

interface NativeScanner {
  setMaxMatchesPerPattern(limit: number): void
  scan(payload: Buffer): { ruleIdentifier: string; matches: StringMatch[] }[]
}

/** YARA-X as machine code, an optional dependency with builds for some platforms. Throws STOQ_DISPATCH_ENGINE. */
export async function loadNativeEngine(
  load: () => Promise<{ default: unknown }> = () => import('@litko/yara-x'),
): Promise<YaraEngine> {
  try {
    const binding = (await load()).default as NativeBinding
    const engine = unitEngine(binding)
    return { name: 'native', compile: sources => compileRules('native', engine, sources) }
  } catch (error) {
    throw new StoqError('STOQ_DISPATCH_ENGINE', ['native', errorText(error)], { cause: error })
  }
}

function unitEngine(binding: NativeBinding): UnitEngine {
  return {
    scansWhole: false,
    compile: text => {
      const scanner = binding.compile(text, { enableIncludes: false })
      scanner.setMaxMatchesPerPattern(maxMatchesPerPattern)
      return {
        scan: payload =>
          scanner.scan(payload).map(({ ruleIdentifier, matches }) => ({
            rule: ruleIdentifier,
            strings: matches.map(({ identifier, offset, length }) => ({ identifier, offset, length })),
          })),
        // The collector frees it.
        close: () => {},
      }
    },
  }
}
