import { MongoClient, MongoError, MongoNetworkError, MongoServerSelectionError } from 'mongodb'
import { errorText, type StoqConnectorPlugin, StoqError } from 'stoq'

/** Milliseconds: of an attempt to connect, of a wait for a server that can be written to, of an answer. */
const patience = { connectTimeoutMS: 5000, serverSelectionTimeoutMS: 5000, socketTimeoutMS: 60_000 }

/** A client, and how its faults are told. */
export interface Connection {
  client: MongoClient
  /** The server, without credentials: `127.0.0.1:27017`. */
  place: string
  /** One line for people, without the password. */
  reasonOf(error: unknown): string
}

/** Connects and logs in. Throws one clear line, without the password, when that cannot be done. */
export async function openConnection(plugin: StoqConnectorPlugin, conn: string): Promise<Connection> {
  const client = makeClient(plugin, conn)
  const connection = {
    client,
    place: placeOf(client),
    reasonOf: (error: unknown) => reasonOf(error, conn, client),
  }
  try {
    await client.connect()
    await checkRights(client)
    return connection
  } catch (error) {
    await client.close(true)
    const reason = `no connection to ${connection.place}: ${connection.reasonOf(error)}`
    throw new StoqError('STOQ_PLUGIN_FAILED', [plugin.id, reason], isAway(error) ? { cause: error } : {})
  }
}

/** What the address itself says is stronger. */
function makeClient(plugin: StoqConnectorPlugin, conn: string): MongoClient {
  try {
    return new MongoClient(conn, {
      ...withoutGiven(patience, conn),
      appName: `stoq ${plugin.id}`,
      ignoreUndefined: true,
    })
  } catch (error) {
    const reason = `option conn is no address of MongoDB: ${withoutSecrets(errorText(error), conn)}`
    throw new StoqError('STOQ_PLUGIN_FAILED', [plugin.id, reason])
  }
}

function withoutGiven<T extends object>(options: T, conn: string): Partial<T> {
  const given = (name: string) => new RegExp(`[?&]${name}=`, 'i').test(conn)
  return Object.fromEntries(Object.entries(options).filter(([name]) => !given(name))) as Partial<T>
}

/** A server that wants a login lets anyone connect: it refuses the first command. */
async function checkRights(client: MongoClient): Promise<void> {
  try {
    await client.db().command({ listCollections: 1, nameOnly: true, authorizedCollections: true })
  } catch (error) {
    if (error instanceof MongoError && (error.code === 13 || isAway(error))) throw error
  }
}

/** True when the server was not reached or went away: another attempt may do. */
export function isAway(error: unknown): boolean {
  if (error instanceof StoqError) return isAway(error.cause)
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true
  if (!(error instanceof MongoError)) return false
  return (
    ['RetryableWriteError', 'RetryableError', 'ResetPool'].some(label => error.hasErrorLabel(label)) ||
    /^Mongo(PoolCleared|PoolClosed|NotConnected|TopologyClosed|WriteConcern)/.test(error.name)
  )
}

function placeOf({ options }: MongoClient): string {
  return options.srvHost ?? options.hosts.map(String).join(',')
}

const words: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'nobody listens there'],
  [/ENOTFOUND|EAI_AGAIN/, 'there is no such host'],
  [/requires authentication|not authorized/i, 'it wants a user and a password, or the user may not do this'],
]

function reasonOf(error: unknown, conn: string, { options }: MongoClient): string {
  const { credentials } = options
  if (error instanceof MongoError && error.code === 18)
    return `user ${credentials?.username} or its password is refused`
  const text = errorText(error)
  const known = words.find(([sign]) => sign.test(text))?.[1]
  return known ?? withoutSecrets(text, conn, credentials?.password)
}

/** The address as a whole, and the password as it is written there and as it is meant. */
function withoutSecrets(text: string, conn: string, password = ''): string {
  const written = /^[^:]*:\/+[^:@/]*:([^@]*)@/.exec(conn)?.[1] ?? ''
  return [conn, written, password]
    .filter(Boolean)
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
}
