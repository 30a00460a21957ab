import { copyFileSync, cpSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { editedFiles, type InstallRecord } from './record.ts'

/** What a person had changed in an installed plugin, and what became of it. */
export interface KeptEdits {
  /** Files that stay as the person has them. */
  kept: string[]
  /** Those of them that the new version has changed too: it stands beside them as `<file>.new`. */
  beside: string[]
}

/**
 * Takes what a person has changed or added over from the installed folder into the staged one. `record` tells how the
 * installed files came, `fresh` how the staged ones do.
 */
export function keepEdits(
  installed: string,
  staged: string,
  record: InstallRecord,
  fresh: Readonly<Record<string, string>>,
): KeptEdits {
  const edits: KeptEdits = { kept: [], beside: [] }
  for (const { path, hash } of editedFiles(installed, record)) {
    const isNew = Object.hasOwn(fresh, path)
    if (isNew && fresh[path] === hash) continue
    const target = join(staged, path)
    // What stands beside it since an earlier upgrade may not have been looked at yet.
    const isUnread = existsSync(`${join(installed, path)}.new`)
    if (isNew && (isUnread || fresh[path] !== record.files[path])) {
      renameSync(target, `${target}.new`)
      edits.beside.push(path)
    }
    edits.kept.push(path)
    mkdirSync(dirname(target), { recursive: true })
    if (hash !== null) copyFileSync(join(installed, path), target)
    else if (!existsSync(target)) cpSync(join(installed, path), target, { verbatimSymlinks: true })
  }
  return edits
}
