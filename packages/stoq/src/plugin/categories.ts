/** The kinds of plugin, in the order in which they are shown. */
export const pluginCategories = [
  ...(['worker', 'connector', 'reader', 'source'] as const),
  ...(['extractor', 'carver', 'decoder', 'decorator'] as const),
] as const

export type PluginCategory = (typeof pluginCategories)[number]

export function isPluginCategory(word: string): word is PluginCategory {
  return (pluginCategories as readonly string[]).includes(word)
}
