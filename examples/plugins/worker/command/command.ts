import {
  forceUnicode,
  type Kwargs,
  type Payload,
  type PluginContext,
  runProgram,
  StoqWorkerPlugin,
} from 'stoq'

/** Runs a program on each payload and keeps what it prints. */
export class CommandWorker extends StoqWorkerPlugin {
  command_list = ['wc']
  max_output = 65536

  async scan(payload: Payload | null, _kwargs: Kwargs, context: PluginContext) {
    if (!payload) return null
    const [program = '', ...words] = this.command_list
    const { status, stdout, stderr } = await runProgram(program, words, {
      context,
      input: payload,
      maxOutput: this.max_output,
    })
    return { status, output: forceUnicode(stdout)?.trim() ?? '', ...(stderr && { stderr }) }
  }
}
