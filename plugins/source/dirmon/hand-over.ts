import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'

/** Moves a file to `<folder>/<relative>`, to another file system too; a file that has the name there stays. Gives its new path. */
export async function moveInto(folder: string, path: string, relative: string): Promise<string> {
  const target = await reserve(join(folder, relative))
  try {
    await rename(path, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') {
      await rm(target, { force: true })
      throw error
    }
    await copyOver(path, target)
  }
  return target
}

/** An empty file of a name that is free: `mail.eml`, `mail-1.eml` … */
async function reserve(wanted: string): Promise<string> {
  const { dir, name, ext } = parse(wanted)
  await mkdir(dir, { recursive: true })
  for (let count = 0; ; count++) {
    const path = count === 0 ? wanted : join(dir, `${name}-${count < 1000 ? count : randomUUID()}${ext}`)
    try {
      await (await open(path, 'wx')).close()
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** The target is whole or empty, and the file is removed when it is whole. */
async function copyOver(path: string, target: string): Promise<void> {
  const part = join(dirname(target), `.${randomUUID()}.part`)
  try {
    await copyFile(path, part)
    await rename(part, target)
  } catch (error) {
    for (const left of [part, target]) await rm(left, { force: true })
    throw error
  }
  await rm(path, { force: true })
}
