import { askRedis } from './ask-server.ts'
import { findProgram, isAtLeast, programVersion } from './find-program.ts'
import { type Attempt, firstThatWorks } from './first-that-works.ts'
import { useGivenServer } from './given-server.ts'
import { installRedisByApt } from './install-redis-by-apt.ts'
import { startOwnedProcess } from './owned-process.ts'
import { redisProgram, redisUrl } from './redis-program.ts'
import { serviceOfProcess } from './service-of-process.ts'
import type { RedisService, ServiceContext } from './service.ts'

// BullMQ refuses to work below 5 and recommends this.
const LEAST_VERSION = '6.2.0'

const WAYS_OUT = [
  'set REDIS_URL to a Redis 6.2 or newer',
  'start Docker',
  'install redis-server (apt, brew, dnf … have it) so that it is on PATH',
]

/** Finds or starts a Redis; see the order below. */
export function startRedis(context: ServiceContext): Promise<RedisService> {
  const given = context.env['REDIS_URL']
  if (given) return useGivenServer({ service: 'Redis', variable: 'REDIS_URL', url: given, ask: askRedis, log: context.log })
  return firstThatWorks(
    'Redis',
    [
      { name: 'redis-server on PATH', attempt: () => redisOnPath(context) },
      { name: 'apt-get install redis-server', attempt: () => redisByApt(context) },
    ],
    { describe: (redis) => redis.description, log: context.log, waysOut: WAYS_OUT },
  )
}

async function redisOnPath(context: ServiceContext): Promise<Attempt<RedisService>> {
  const file = findProgram('redis-server', context.env)
  return file === undefined ? { skipped: 'not there' } : runRedis(file, 'on PATH', context)
}

async function redisByApt(context: ServiceContext): Promise<Attempt<RedisService>> {
  const installed = await installRedisByApt(context)
  return 'found' in installed ? runRedis(installed.found, 'just installed by apt-get', context) : installed
}

async function runRedis(file: string, where: string, context: ServiceContext): Promise<Attempt<RedisService>> {
  const version = await programVersion(file)
  if (!isAtLeast(version, LEAST_VERSION)) return { skipped: `${version} is older than ${LEAST_VERSION}`, said: true }
  const server = await startOwnedProcess(redisProgram(file), context.folder)
  const description = `redis-server ${version} ${where}, port ${server.port}`
  return { found: serviceOfProcess(server, { url: redisUrl(server.port), description, kind: 'process' }) }
}
