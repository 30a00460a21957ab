import type { Settings } from '../../config/settings.ts'
import { parsePluginMeta } from '../../dispatch/plugin-meta.ts'
import { placeOf } from '../../dispatch/yara/engine.ts'
import { compileRuleFiles, loadRuleFiles } from '../../dispatch/yara/load.ts'
import { prepareSources } from '../../dispatch/yara/rule-set.ts'
import { errorText } from '../../errors.ts'
import type { PluginManifest } from '../../plugin/manifest.ts'
import { broken, type Finding, ok, warning } from './finding.ts'

/** The dispatch rules: do they compile, and are the plugins that they name there? */
export async function checkRules(
  { dispatch_rules, yara_engine }: Readonly<Settings>,
  plugins: readonly PluginManifest[],
): Promise<Finding[]> {
  try {
    const { faults, usable, close } = await compileRuleFiles(dispatch_rules, yara_engine)
    close()
    return [
      ...faults.map(fault =>
        broken(
          'rules',
          `${placeOf(fault)}: ${fault.reason}`,
          'mend it: the whole file is left out until it compiles',
        ),
      ),
      ...(usable.length > 0
        ? [ok('rules', `${usable.length} of ${dispatch_rules.length} files compile`)]
        : []),
      ...checkNames(dispatch_rules, plugins),
    ]
  } catch (error) {
    const mend = 'set yara_engine = auto in stoq.cfg, or npm install @litko/yara-x'
    return [broken('rules', errorText(error), mend)]
  }
}

function checkNames(files: readonly string[], plugins: readonly PluginManifest[]): Finding[] {
  const installed = new Set(plugins.map(({ category, name }) => `${category}:${name.toLowerCase()}`))
  const { sources } = loadRuleFiles(files)
  return prepareSources(sources).prepared.flatMap(({ index, rules }) =>
    [...rules.values()].flatMap(({ facts }) => {
      const { calls, faults } = parsePluginMeta(String(facts.meta['plugin'] ?? ''))
      const place = `${sources[index]?.name}: rule ${facts.name}`
      const absent = calls.filter(({ id }) => !installed.has(id))
      return [
        ...faults.map(fault => warning('rules', `${place}: ${fault}`, 'mend its meta plugin')),
        ...absent.map(({ id }) =>
          warning('rules', `${place} names ${id}, which is not installed`, 'install it, or mend the rule'),
        ),
      ]
    }),
  )
}
