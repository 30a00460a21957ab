import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from 'rabbitmq-client'
import { errorText, type Logger, StoqError } from 'stoq'

/** What the options say of the server. */
export interface Server {
  host: string
  port: number
  user: string
  password: string
  virtual_host: string
  retries: number
  use_ssl: boolean
  ca_certs: string
  certfile: string
  keyfile: string
  cert_reqs: boolean
}

/** What no second attempt mends: the server has answered. */
const final = /ACCESS_REFUSED|NOT_ALLOWED|INVALID_PATH|certificate|self-signed|ERR_TLS|SSL/i

/**
 * Connects, and connects again whenever the connection is lost, later and later up to every 15 s.
 * Throws when there is no connection after `retries` attempts, or the server refuses it.
 */
export async function openConnection(server: Server, id: string, log: Logger): Promise<Connection> {
  const place = `${server.host}:${server.port}`
  for (let tries = 1; ; tries++) {
    try {
      return await connectOnce(server, id, reason => log.warning(`${place}: ${reason}`))
    } catch (error) {
      if (error instanceof StoqError) throw error
      const { code, message } = error as Error & { code?: string }
      const reason = reasonOf(error, server)
      if (tries >= server.retries || final.test(`${code} ${message}`))
        throw new StoqError('STOQ_PLUGIN_FAILED', [id, `no connection to ${place}: ${reason}`], {
          cause: error,
        })
      log.info(`${place}: ${reason}; tried again`)
      await sleep(250 * 2 ** (tries - 1))
    }
  }
}

/** The client itself connects again once it was connected, and tells of the first failure of each outage. */
async function connectOnce(
  server: Server,
  id: string,
  onLoss: (reason: string) => void,
): Promise<Connection> {
  const rabbit = new Connection({ ...optionsOf(server, id), ...pace })
  let isOpen = false
  try {
    await new Promise<void>((resolve, reject) => {
      rabbit.once('connection', () => resolve())
      rabbit.on('error', error => (isOpen ? onLoss(reasonOf(error, server)) : reject(error)))
    })
    isOpen = true
    return rabbit
  } catch (error) {
    rabbit.unsafeDestroy()
    throw error
  }
}

/** Milliseconds: of an attempt to connect, and of the pauses between attempts. */
const pace = { connectionTimeout: 10_000, retryLow: 250, retryHigh: 15_000 }

function optionsOf(server: Server, id: string) {
  const { host: hostname, port, user: username, password, virtual_host: vhost } = server
  return { hostname, port, username, password, vhost, connectionName: id, tls: tlsOf(server, id) }
}

function tlsOf({ use_ssl, ca_certs, certfile, keyfile, cert_reqs }: Server, id: string) {
  if (!use_ssl) return false
  const read = (file: string) => {
    try {
      return readFileSync(file)
    } catch (cause) {
      throw new StoqError('STOQ_PLUGIN_FAILED', [id, `${file} cannot be read: ${errorText(cause)}`], {
        cause,
      })
    }
  }
  return {
    rejectUnauthorized: cert_reqs,
    ...(ca_certs && { ca: read(ca_certs) }),
    ...(certfile && { cert: read(certfile) }),
    ...(keyfile && { key: read(keyfile) }),
  }
}

const words: Record<string, (server: Server) => string> = {
  ACCESS_REFUSED: ({ user }) => `user ${user} or its password is refused`,
  NOT_ALLOWED: ({ user, virtual_host }) =>
    `user ${user} may not use virtual host ${virtual_host}, or there is none`,
  ECONNREFUSED: () => 'nobody listens there',
  ENOTFOUND: () => 'there is no such host',
  'wrong version number': () => 'no TLS is spoken there',
  EAI_AGAIN: () => 'the name of the host cannot be looked up',
}

/** One line for people; no password. */
function reasonOf(error: unknown, server: Server): string {
  const code = String((error as { code?: unknown }).code ?? '')
  const [known] = Object.keys(words).filter(word => `${code} ${errorText(error)}`.includes(word))
  if (known) return words[known]?.(server) ?? ''
  return server.password ? errorText(error).replaceAll(server.password, '***') : errorText(error)
}
