import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { errorText, StoqError } from '../errors.ts'
import { packageLimits, unpackTar } from './tar.ts'
import { runTool } from './tool.ts'

/** What a package is fetched with. */
export interface FetchOptions {
  /** An empty folder that things are put in. */
  work: string
  signal: AbortSignal
}

/** Brings a package: a folder of this machine, a tarball, a git URL or an npm name. Gives the folder that it is in. */
export async function fetchPackage(source: string, options: FetchOptions): Promise<string> {
  // npm writes paths with `file:` before them.
  const path = resolve(source.replace(/^file:(?!\/\/)/, ''))
  if (source.trim() && existsSync(path)) {
    if (isBareRepository(path)) return clone({ url: path, ref: undefined }, source, options)
    return statSync(path).isDirectory() ? path : unpack(path, source, options)
  }
  const git = gitUrl(source)
  if (git) return clone(git, source, options)
  if (isNpmSpec(source)) return fromNpm(source, options)
  throw new StoqError('STOQ_INSTALL_SOURCE', [
    source,
    'it is no folder, no .tgz file, no git URL and no npm name',
  ])
}

/** A repository of git without a working tree. */
function isBareRepository(path: string): boolean {
  return ['HEAD', 'objects', 'refs'].every(name => existsSync(join(path, name)))
}

function unpack(path: string, source: string, { work }: FetchOptions): string {
  if (statSync(path).size > packageLimits.bytes)
    throw new StoqError('STOQ_INSTALL_UNSAFE', [source, `it is larger than ${packageLimits.bytes} bytes`])
  const folder = join(work, 'package')
  mkdirSync(folder)
  let archive: Buffer
  try {
    archive = readFileSync(path)
  } catch (error) {
    throw new StoqError('STOQ_INSTALL_SOURCE', [source, errorText(error)], { cause: error })
  }
  unpackTar(archive, folder, source)
  return innermost(folder)
}

/** Tarballs hold one folder with everything in it, `package` where npm made them. */
function innermost(folder: string): string {
  const [only, ...others] = readdirSync(folder, { withFileTypes: true })
  return only?.isDirectory() && others.length === 0 ? join(folder, only.name) : folder
}

interface GitUrl {
  url: string
  /** Branch or tag. */
  ref: string | undefined
}

/** `https://…`, `ssh://…`, `file://…`, `git@host:…`, with `git+` before and `#branch` behind if you like. */
function gitUrl(source: string): GitUrl | null {
  const isGit = /^(?:git\+)?(?:https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/.test(source)
  if (!isGit || isTarballUrl(source)) return null
  const [url = '', ref] = source.replace(/^git\+/, '').split('#', 2)
  return { url, ref }
}

function isTarballUrl(source: string): boolean {
  return /^https?:.*\.(?:tgz|tar\.gz)$/.test(source)
}

async function clone({ url, ref }: GitUrl, source: string, { work, signal }: FetchOptions): Promise<string> {
  if (ref?.startsWith('-'))
    throw new StoqError('STOQ_INSTALL_SOURCE', [source, `'${ref}' is no branch or tag`])
  const branch = ref ? ['--branch', ref] : []
  const env = {
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: process.env['GIT_SSH_COMMAND'] ?? 'ssh -oBatchMode=yes',
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
  }
  await runTool(
    ['git', 'clone', '--quiet', '--depth', '1', '--no-tags', ...branch, '--', url, 'package'],
    { cwd: work, signal, env },
    reason => new StoqError('STOQ_INSTALL_SOURCE', [source, reason]),
  )
  return join(work, 'package')
}

/** `name`, `@scope/name`, with `@version` behind; or the address of a tarball. */
function isNpmSpec(source: string): boolean {
  return isTarballUrl(source) || /^(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~][\w.~-]*(?:@[\w.^~*+-]+)?$/i.test(source)
}

async function fromNpm(source: string, { work, signal }: FetchOptions): Promise<string> {
  const folder = join(work, 'packed')
  mkdirSync(folder)
  await runTool(
    [
      'npm',
      'pack',
      source,
      '--ignore-scripts',
      '--silent=false',
      '--loglevel=error',
      '--pack-destination',
      folder,
    ],
    { cwd: folder, signal },
    reason => new StoqError('STOQ_INSTALL_SOURCE', [source, reason]),
  )
  const [packed] = readdirSync(folder)
  if (!packed) throw new StoqError('STOQ_INSTALL_SOURCE', [source, 'npm gave no package'])
  return unpack(join(folder, basename(packed)), source, { work, signal })
}
