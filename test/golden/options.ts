import { fileURLToPath } from 'node:url'

/** Options under which plugins are asked: what their samples are made for. */
export const optionsOfPlugins = {
  extractor: { gpg: { gpg_home: fileURLToPath(new URL('../fixtures/gpghome', import.meta.url)) } },
}
