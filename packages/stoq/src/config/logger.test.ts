import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { type LogOptions, LogSinks } from './logger.ts'

const root = mkdtempSync(join(tmpdir(), 'stoq-log-'))
after(() => rmSync(root, { recursive: true }))

function open(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const directory = mkdtempSync(join(root, 'log-'))
  const stderr = (line: string) => void lines.push(line)
  const sinks = new LogSinks({
    level: 'info',
    syntax: 'text',
    directory,
    maxBytes: 1e6,
    backupCount: 2,
    stderr,
    ...options,
  })
  return { sinks, lines, directory }
}

test('a line has time, level, logger and text, on standard error and in the file', async () => {
  const { sinks, lines, directory } = open()
  sinks.logger('stoq').child('worker.yara').warning('look')
  await sinks.close()
  assert.match(
    lines[0] ?? '',
    /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARNING\] stoq\.worker\.yara: look\n$/,
  )
  assert.match(
    readFileSync(join(directory, 'stoq.log'), 'utf8'),
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d WARNING stoq\.worker\.yara: look\n$/,
  )
})

test('json syntax is one object a line', async () => {
  const { sinks, lines } = open({ syntax: 'json' })
  sinks.logger('stoq').info('a "quoted"\nline')
  await sinks.close()
  const { levelname, name, message } = JSON.parse(lines[0] ?? '')
  assert.deepEqual([levelname, name, message], ['INFO', 'stoq', 'a "quoted"\\x0aline'])
})

test('lines below the level are not written; stacks only at debug', async () => {
  const { sinks, lines } = open()
  const log = sinks.logger('stoq')
  log.debug('quiet')
  log.error('loud', new Error('why'))
  sinks.level = 'debug'
  log.error('louder', new Error('why'))
  await sinks.close()
  assert.equal(lines.length, 2)
  assert.doesNotMatch(lines[0] ?? '', /\n\s+at /)
  assert.match(lines[1] ?? '', /why\n\s+at /)
})

test('the file is rotated at its size and old files are dropped', async () => {
  const { sinks, directory } = open({ maxBytes: 2000, stderr: () => {} })
  const log = sinks.logger('stoq')
  for (let index = 0; index < 200; index++) {
    log.info(`line ${index} ${'x'.repeat(60)}`)
    if (index % 10 === 0) await new Promise(resolve => setTimeout(resolve, 2))
  }
  await sinks.close()
  const files = readdirSync(directory).filter(name => /^stoq\.log(\.\d)?$/.test(name))
  assert.ok(files.length > 1 && files.length <= 3, files.join())
})

test('a short run adds to the file, and rotates it when it is full', async () => {
  const { sinks, directory } = open()
  sinks.logger('stoq').info('first')
  await sinks.close()
  const next = open({ directory, maxBytes: 60 })
  next.sinks.logger('stoq').info('second')
  await next.sinks.close()
  const last = open({ directory, maxBytes: 60 })
  last.sinks.logger('stoq').info('third')
  await last.sinks.close()
  const all = readdirSync(directory)
    .filter(name => /^stoq\.log(\.\d)?$/.test(name))
    .map(name => readFileSync(join(directory, name), 'utf8'))
  assert.ok(all.length > 1)
  for (const word of ['first', 'second', 'third']) assert.ok(all.join('').includes(word), word)
})

test('a log folder that cannot be made is told once', async () => {
  const { sinks, lines } = open({ directory: '/dev/null/logs' })
  const log = sinks.logger('stoq')
  log.info('one')
  await new Promise(resolve => setTimeout(resolve, 50))
  log.info('two')
  await sinks.close()
  assert.equal(lines.filter(line => line.includes('cannot write the log')).length, 1)
  assert.equal(lines.length, 3)
})

test('a stack cannot steer the terminal, nor pass for a line of the log', async () => {
  const { sinks, lines } = open({ level: 'debug' })
  sinks
    .logger('stoq')
    .error('why', new Error('\x1b]0;owned\x07\n[2026-01-01 00:00:00,000 INFO] stoq: all well'))
  await sinks.close()
  assert.doesNotMatch(lines[0] ?? '', /[\x1b\x07]/)
  assert.doesNotMatch(lines[0] ?? '', /\n\[/)
  assert.match(lines[0] ?? '', /\\x1b\]0;owned/)
})
