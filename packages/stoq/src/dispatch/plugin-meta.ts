import { isPluginCategory, type PluginCategory } from '../plugin/categories.ts'

/** Kinds that a rule may send a payload to. */
export const dispatchable = ['carver', 'decoder', 'extractor', 'worker'] as const satisfies PluginCategory[]
export type DispatchCategory = (typeof dispatchable)[number]

/** One plugin that a rule names. */
export interface PluginCall {
  category: DispatchCategory
  name: string
  /** `category:name`. */
  id: string
}

/** What the `plugin` meta of a rule means. */
export interface PluginMeta {
  /** Each plugin once, sorted by category and name. */
  calls: PluginCall[]
  /** One text for each item that means nothing. */
  faults: string[]
}

/** Reads `carver:rtf, decoder:b64`: items between commas, blanks around the parts are dropped, case does not matter. */
export function parsePluginMeta(text: string): PluginMeta {
  const calls = new Map<string, PluginCall>()
  const faults: string[] = []
  for (const item of text.toLowerCase().split(',')) {
    const [category = '', name = '', ...rest] = item.split(':').map(part => part.trim())
    if (!item.trim()) continue
    if (!name || rest.length) faults.push(`'${item.trim()}' is not category:name`)
    else if (!isDispatchable(category)) faults.push(`'${item.trim()}': ${why(category)}`)
    else calls.set(`${category}:${name}`, { category, name, id: `${category}:${name}` })
  }
  return { calls: [...calls.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), faults }
}

function isDispatchable(category: string): category is DispatchCategory {
  return (dispatchable as readonly string[]).includes(category)
}

function why(category: string): string {
  const kind = isPluginCategory(category)
    ? `a ${category} cannot be dispatched to`
    : `there is no category ${category}`
  return `${kind} (${dispatchable.join(', ')})`
}
