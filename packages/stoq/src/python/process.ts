import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { errorText, StoqError } from '../errors.ts'
import { FrameReader } from '../pool/frames.ts'
import { killTree } from '../pool/process-tree.ts'
import { decodeMessage, encodeMessage, type LogLine, newMark, type Question, type Reply } from './protocol.ts'

/** The folder of the package `stoq` for Python, and what starts a plugin. */
const host = fileURLToPath(new URL('../../python/plugin_host.py', import.meta.url))
/** What of the environment a plugin gets: nothing that could be a secret. */
const harmless = ['PATH', 'LANG', 'LC_ALL', 'TZ']
/** Lines that one process may print past Python's own streams, and characters of each. */
const mostLines = 1000
const longestLine = 2000
/** How long it may take to end by itself. */
const endMilliseconds = 1500

/** How a Python process is started, and who is told what it says. */
export interface PythonOptions {
  /** The program: a path, or a name that is looked for in PATH. */
  python: string
  /** The only folder that it should write to. */
  temp: string
  cwd: string
  answer(question: Question): Promise<unknown>
  log(line: LogLine): void
}

/** One Python process and the calls that are under way in it. */
export class PythonProcess {
  readonly mark = newMark()
  readonly #child: ChildProcess
  readonly #options: PythonOptions
  readonly #calls = new Map<number, PromiseWithResolvers<Reply>>()
  readonly #ended = Promise.withResolvers<void>()
  #fault: StoqError | null = null
  #reason: string | null = null
  #lastLine = ''
  #lines = 0

  constructor(options: PythonOptions) {
    this.#options = options
    const { python, temp, cwd } = options
    this.#child = spawn(python, ['-u', '-B', '-X', 'utf8', host], {
      stdio: 'pipe',
      cwd,
      env: environment(temp),
    })
    this.#listen()
    // A library must not have to be closed for its program to end.
    this.#child.unref()
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr])
      (stream as { unref?: () => void } | null)?.unref?.()
  }

  get isAlive(): boolean {
    return this.#fault === null
  }

  /** Sends a message; resolves to what is said to its number. Rejects when the process ends first. */
  request(message: { id: number } & Record<string, unknown>): Promise<Reply> {
    if (this.#fault) return Promise.reject(this.#fault)
    const call = Promise.withResolvers<Reply>()
    this.#calls.set(message.id, call)
    this.send(message)
    return call.promise
  }

  /** Sends a message that is not answered. */
  send(message: object): void {
    const { stdin } = this.#child
    if (!stdin?.writable) return
    for (const chunk of encodeMessage(message, this.mark)) stdin.write(chunk)
  }

  /** Ends it now, with everything that it has started. */
  kill(reason: string): void {
    this.#reason ??= reason
    if (this.#child.pid !== undefined && this.isAlive) killTree(this.#child.pid)
  }

  /** Lets it end by itself, within a while. */
  async end(): Promise<void> {
    this.#child.stdin?.end()
    const timer = setTimeout(() => this.kill('it did not end'), endMilliseconds)
    await this.#ended.promise
    clearTimeout(timer)
  }

  #listen(): void {
    const { stdin, stdout, stderr } = this.#child
    const frames = new FrameReader()
    // Its end says more.
    stdin?.on('error', () => {})
    stdout?.on('data', (chunk: Buffer) => {
      try {
        for (const { head, body } of frames.push(chunk)) this.#take(decodeMessage(head, body, this.mark))
      } catch (error) {
        this.kill(`it said what cannot be understood (${errorText(error)})`)
      }
    })
    let rest = ''
    stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = (lines.pop() ?? '').slice(0, longestLine)
      for (const line of lines) this.#print(line)
    })
    stderr?.on('end', () => this.#print(rest))
    this.#child.on('error', error => this.#end(startProblem(this.#options.python, error)))
    this.#child.on('close', (status, signal) =>
      this.#end(signal ? `it was ended by ${signal}` : `it ended with status ${status}`),
    )
  }

  #take(message: Reply | Question | LogLine): void {
    if ('id' in message) {
      this.#calls.get(message.id)?.resolve(message)
      this.#calls.delete(message.id)
    } else if ('ask' in message) void this.#reply(message)
    else this.#options.log(message)
  }

  async #reply(question: Question): Promise<void> {
    const { ask: answer } = question
    try {
      this.send({ answer, result: (await this.#options.answer(question)) ?? null })
    } catch (error) {
      const code = error instanceof StoqError ? error.code : 'STOQ_PLUGIN_FAILED'
      this.send({ answer, error: { code, message: errorText(error) } })
    }
  }

  #print(text: string): void {
    const line = text.trimEnd().slice(0, longestLine)
    if (line === '') return
    this.#lastLine = line
    if (++this.#lines <= mostLines) this.#options.log({ log: 'warning', name: '', message: line })
  }

  #end(how: string): void {
    if (this.#fault) return
    const last = this.#lastLine ? ` (${this.#lastLine.slice(0, 200)})` : ''
    this.#fault = new StoqError('STOQ_POOL_DIED', [])
    this.#fault.message = this.#reason ?? how + last
    for (const { reject } of this.#calls.values()) reject(this.#fault)
    this.#calls.clear()
    this.#ended.resolve()
  }
}

function startProblem(python: string, error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT'
    ? `'${python}' is not there: install Python 3.9 or newer, or say where it is with python = PATH in stoq.cfg`
    : errorText(error)
}

function environment(temp: string): NodeJS.ProcessEnv {
  const kept = harmless.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : []))
  return { ...Object.fromEntries(kept), HOME: temp, TMPDIR: temp }
}
