import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installPackage, isProgram, type Program, portShift, run, type Service } from './service.ts'

const server = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const ports = {
  amqp: 5673 + portShift,
  amqps: 5674 + portShift,
  management: 15673 + portShift,
  distribution: 25673 + portShift,
  epmd: 24369 + portShift,
}

/** Debian's RabbitMQ, with TLS and management, beside any other on the machine. */
export const rabbitmq: Service = {
  name: 'rabbitmq',
  about: 'RabbitMQ of Debian',
  urls: {
    amqp: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
    amqps: `amqps://guest:guest@localhost:${ports.amqps}`,
    management: `http://guest:guest@127.0.0.1:${ports.management}`,
  },
  missing: () =>
    existsSync(server) && isProgram('openssl') ? null : 'rabbitmq-server or openssl is not installed',
  install: () => ['rabbitmq-server', 'openssl'].forEach(installPackage),
  prepare,
  program,
  isReady,
  cleanUp: home => {
    // The port mapper of Erlang outlives the server.
    run(
      'sh',
      [
        '-c',
        `ERL_EPMD_PORT=${ports.epmd} epmd -kill || ERL_EPMD_PORT=${ports.epmd} $(ls -d /usr/lib/erlang/erts-*/bin/epmd) -kill || true`,
      ],
      { cwd: home },
    )
  },
}

function prepare(home: string): void {
  const tls = join(home, 'tls')
  mkdirSync(join(home, 'data'), { recursive: true })
  if (!existsSync(join(tls, 'server.pem'))) makeCertificates(tls)
  writeFileSync(join(home, 'enabled_plugins'), '[rabbitmq_management].\n')
  writeFileSync(
    join(home, 'rabbitmq.conf'),
    `listeners.tcp.1 = 127.0.0.1:${ports.amqp}
listeners.ssl.1 = 127.0.0.1:${ports.amqps}
ssl_options.cacertfile = ${tls}/ca.pem
ssl_options.certfile = ${tls}/server.pem
ssl_options.keyfile = ${tls}/server.key
ssl_options.verify = verify_none
management.tcp.ip = 127.0.0.1
management.tcp.port = ${ports.management}
log.console = true
log.file = false
`,
  )
}

/** A certificate authority, and a certificate for localhost from it. Clients get `tls/ca.pem`. */
function makeCertificates(tls: string): void {
  rmSync(tls, { recursive: true, force: true })
  mkdirSync(tls, { recursive: true })
  writeFileSync(join(tls, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '3650']
  const openssl = (...args: string[]) => run('openssl', args, { cwd: tls })
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=stoq-test-ca')
  openssl('req', ...key.slice(0, 3), '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost')
  const signed = [
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '3650',
    '-extfile',
    'names',
  ]
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed)
}

function program(home: string): Program {
  return {
    command: server,
    args: [],
    env: {
      HOME: home,
      ERL_EPMD_PORT: String(ports.epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_NODENAME: 'stoq@localhost',
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_MNESIA_BASE: join(home, 'data/mnesia'),
      RABBITMQ_LOG_BASE: join(home, 'data/log'),
      RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'enabled_plugins'),
      RABBITMQ_PID_FILE: join(home, 'data/rabbit.pid'),
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
    },
  }
}

async function isReady(): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${ports.management}/api/health/checks/local-alarms`, {
    headers: { authorization: `Basic ${btoa('guest:guest')}` },
  })
  return answer.ok
}
