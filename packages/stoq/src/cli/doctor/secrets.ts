import type { LoadedSettings } from '../../config/settings.ts'
import type { PluginManifest } from '../../plugin/manifest.ts'
import type { Finding } from './finding.ts'

const secretName = /pass(?:word|phrase|wd)|secret|token|api_?key|credential|private_key/i

/** Values of options whose name says that they are credentials; those that name nothing are none. */
export function secretsOf(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (typeof value === 'object' && value !== null) return secretsOf(value)
    return secretName.test(name) && value !== '' && value != null ? [String(value)] : []
  })
}

/** Findings without any credential that the settings or a plugin hold. */
export function withoutSecrets(
  findings: readonly Finding[],
  { settings, extra }: Pick<LoadedSettings, 'settings' | 'extra'>,
  plugins: readonly PluginManifest[],
): Finding[] {
  const options = [extra, settings.plugin_options, ...plugins.map(plugin => plugin.options)]
  // Shorter ones are words of every message.
  const secrets = options.flatMap(secretsOf).filter(secret => secret.length >= 4)
  const hide = (text: string) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
  return findings.map(({ what, mend, ...rest }) => ({
    ...rest,
    what: hide(what),
    ...(mend !== undefined && { mend: hide(mend) }),
  }))
}
