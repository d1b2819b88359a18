import { askRedis } from './ask-server.ts'
import { fetchRedis } from './fetch-redis.ts'
import { findProgram, isAtLeast, programVersion } from './find-program.ts'
import { type Attempt, firstThatWorks } from './first-that-works.ts'
import { useGivenServer } from './given-server.ts'
import { installRedisByApt } from './install-redis-by-apt.ts'
import { startOwnedProcess } from './owned-process.ts'
import { redisProgram, REDIS_SETTINGS, redisUrl } from './redis-program.ts'
import { serviceOfProcess } from './service-of-process.ts'
import type { RedisService, ServiceContext } from './service.ts'
import { startContainer } from './start-container.ts'

// BullMQ requires 5 and recommends this.
const LEAST_VERSION = '6.2.0'

const WAYS_OUT = [
  'set REDIS_URL to a Redis 6.2 or newer',
  'start Docker',
  'install redis-server (with apt, brew, dnf …) so that it is on PATH',
  'install make and a C compiler, to build it',
]

/**
 * Finds or starts a Redis: the one in the environment, otherwise the first of the methods below
 * that works.
 */
export function startRedis(context: ServiceContext): Promise<RedisService> {
  const given = context.env['REDIS_URL']
  if (given)
    return useGivenServer({ service: 'Redis', variable: 'REDIS_URL', url: given, ask: askRedis, log: context.log })
  return firstThatWorks(
    'Redis',
    [
      { name: 'a container', attempt: () => startContainer(plan, context) },
      {
        name: 'redis-server on PATH',
        attempt: () => run(findProgram('redis-server', context.env), 'on PATH', context),
      },
      {
        name: 'installing it with apt-get',
        attempt: () => runFetched(installRedisByApt(context), 'installed by apt-get', context),
      },
      { name: 'building it', attempt: () => runFetched(fetchRedis(context), 'built from source', context) },
    ],
    { describe: (redis) => redis.description, log: context.log, waysOut: WAYS_OUT },
  )
}

const plan = {
  image: 'redis:7-alpine',
  command: ['redis-server', ...REDIS_SETTINGS],
  port: 6379,
  dataPath: '/data',
  url: redisUrl,
  ask: askRedis,
}

async function runFetched(
  fetching: Promise<Attempt<string>>,
  where: string,
  context: ServiceContext,
): Promise<Attempt<RedisService>> {
  const fetched = await fetching
  return 'found' in fetched ? run(fetched.found, where, context) : fetched
}

async function run(file: string | undefined, where: string, context: ServiceContext): Promise<Attempt<RedisService>> {
  if (file === undefined) return { skipped: 'not found' }
  const version = await programVersion(file)
  if (!isAtLeast(version, LEAST_VERSION)) return { skipped: `${version} is older than ${LEAST_VERSION}`, said: true }
  const server = await startOwnedProcess(redisProgram(file), context.folder)
  const description = `redis-server ${version} ${where}, port ${server.port}`
  return { found: serviceOfProcess(server, { url: redisUrl('127.0.0.1', server.port), description, kind: 'process' }) }
}
