import { appendFileSync } from 'node:fs'
import { type ResultDocument, StoqDecoratorPlugin } from 'stoq'

/** Leaves documents as they are. Lines have one length, and one that is cut by a kill is told by it. */
export class TallyDecorator extends StoqDecoratorPlugin {
  file = ''

  decorate(document: ResultDocument): ResultDocument {
    appendFileSync(this.file, `${document.id} ${document.results[0]?.sha1}\n`)
    return document
  }
}
