import { reportedRules, StoqDecoratorPlugin } from 'stoq'

/** Says in a word what to think of a payload: by the tags of the rules that matched in it and in what was found inside. */
export class VerdictDecorator extends StoqDecoratorPlugin {
  weights = { malware: 10, suspicious: 5 }
  malicious = 10

  decorate(results) {
    const rules = results.results.flatMap(({ scan }) => reportedRules(scan))
    const points = rules.map(({ tags }) => Math.max(0, ...tags.map(tag => this.weights[tag] ?? 0)))
    const score = points.reduce((sum, each) => sum + each, 0)
    const isWhole = results.errors.length === 0 && results.truncated.length === 0
    return { ...results, verdict: { word: this.#word(score, isWhole), score } }
  }

  /** Where not everything was looked at, nobody may read that it is clean. */
  #word(score, isWhole) {
    if (score >= this.malicious) return 'malicious'
    if (score > 0) return 'suspicious'
    return isWhole ? 'clean' : 'unknown'
  }
}
