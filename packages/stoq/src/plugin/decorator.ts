import type { ResultDocument } from '../results/types.ts'
import { StoqPlugin } from './plugin.ts'

/** Rewrites a result document before it is saved. */
export abstract class StoqDecoratorPlugin extends StoqPlugin {
  /** Gives the document that is saved: the same one, changed or not, or a new one. */
  abstract decorate(results: ResultDocument): ResultDocument | Promise<ResultDocument>
}
