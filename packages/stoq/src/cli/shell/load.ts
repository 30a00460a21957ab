import type { ShellCommand } from './command.ts'
import { completePlugin } from './places.ts'
import { namedPlugin } from './plugin-words.ts'

const usage = 'load CATEGORY PLUGIN'

/** `load worker yara`. */
export const load: ShellCommand = {
  usage,
  summary: 'Load a plugin: its options can be seen and changed with set',
  details:
    'run does it by itself. It is loaded here for its options; payloads are scanned in scan processes.',
  complete: completePlugin,
  async run(call) {
    const { category, name } = namedPlugin(call, usage)
    const plugin = await call.session.plugin(category, name)
    call.voice.done(`${plugin.id} loaded`)
  },
}
