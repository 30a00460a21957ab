import { type Kwargs, type Payload, type PluginContext, StoqWorkerPlugin } from 'stoq'

export class Asker extends StoqWorkerPlugin {
  override async scan(payload: Payload, kwargs: Kwargs, context: PluginContext): Promise<unknown> {
    const reader = await this.loadReader('lines')
    return { lines: await reader.read(payload, kwargs, context) }
  }
}
