import { queueRedisWarnings, readRedisFacts } from '../../packages/runtime/src/index.ts'
import { Redis } from 'ioredis'
import { checkClock } from './check-clock.ts'
import { findingsOf, messageOf, placeOf, type Finding, type Report } from './finding.ts'

const LEAST_VERSION = [6, 2] as const
const NEARLY_FULL = 0.9
const ANSWER_MS = 3000

/**
 * Whether a Redis responds and, for the Redis of the queue, whether it is suitable. `redis` is set
 * if it responds; the caller disconnects it.
 */
export async function checkRedis(
  url: string,
  holds: 'queue' | 'cache',
): Promise<{ findings: Finding[]; redis: Redis | undefined }> {
  const { findings, report } = findingsOf(holds === 'queue' ? 'Redis' : 'Redis (cache)')
  const redis = new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    connectTimeout: ANSWER_MS,
    commandTimeout: ANSWER_MS,
    retryStrategy: () => null,
  })
  let fault: unknown // the connection error; that of a command says less
  redis.on('error', (error) => (fault = error))
  try {
    await redis.connect()
    await checkSetup(report, redis, url, holds)
    return { findings, redis }
  } catch (error) {
    redis.disconnect()
    const message = messageOf(fault ?? error)
    report('FAIL', `${placeOf(url)} does not respond: ${message}`, cureOf(message))
    return { findings, redis: undefined }
  }
}

async function checkSetup(report: Report, redis: Redis, url: string, holds: 'queue' | 'cache'): Promise<void> {
  const at = Date.now()
  const [seconds, micros] = await redis.time()
  const answeredAt = Date.now()
  const facts = await readRedisFacts(redis)
  const { version = 'unknown', usedBytes = 0, maxBytes = 0 } = facts
  report('OK', `${placeOf(url)} responds in ${answeredAt - at} ms, version ${version}`)
  if (isOlder(version))
    report(
      'WARN',
      `version ${version} is older than ${LEAST_VERSION.join('.')}`,
      'Upgrade Redis: the queue requires a newer version.',
    )
  if (maxBytes > 0 && usedBytes > maxBytes * NEARLY_FULL) {
    report(
      'FAIL',
      `${Math.round((usedBytes / maxBytes) * 100)} % of its memory is used`,
      'Raise maxmemory: when Redis is full, no job can be queued.',
    )
  }
  if (holds === 'queue') {
    const warnings = queueRedisWarnings(facts)
    for (const warning of warnings)
      report('WARN', warning.split(': ')[0] ?? warning, warning.slice(warning.indexOf(': ') + 2))
    if (warnings.length === 0) report('OK', `keeps its data (${facts.maxmemoryPolicy ?? 'policy unknown'}, appendonly)`)
  }
  const { hostname, password } = new URL(url)
  if (!password && !['localhost', '127.0.0.1', '[::1]'].includes(hostname)) {
    report(
      'WARN',
      'is accessible over the network without a password',
      'Set requirepass in Redis and the password in REDIS_URL.',
    )
  }
  checkClock(report, Number(seconds) * 1000 + Number(micros) / 1000, { at, answeredAt })
}

function cureOf(message: string): string {
  if (/NOAUTH|WRONGPASS|invalid.*password/i.test(message)) return 'Correct the password in REDIS_URL or REDIS_PASSWORD.'
  return 'Start Redis, or correct REDIS_URL (or REDIS_HOST, REDIS_PORT). Meanwhile uploads are accepted, and they are queued when it is back.'
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])
}
