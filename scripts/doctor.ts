// `npm run doctor [-- --json]`: checks whether the installation that the environment describes can
// work, and suggests fixes.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { KINDS } from '@darkroom/contracts'
import { queueNames } from '@darkroom/messaging'
import { adoptSecretFiles, EnvError, parseEnv, redisUrl, storageSettings } from '../packages/runtime/src/index.ts'
import type { Db } from 'mongodb'
import pc from 'picocolors'
import { apiEnv, type ApiEnv } from '../apps/api/src/env.ts'
import { openStorage } from '../packages/storage/src/index.ts'
import { checkApi } from './doctor/check-api.ts'
import { checkBibs } from './doctor/check-bibs.ts'
import { checkFfmpeg } from './doctor/check-ffmpeg.ts'
import { checkBucket } from './doctor/check-bucket.ts'
import { checkDeliveries } from './doctor/check-deliveries.ts'
import { checkDisk } from './doctor/check-disk.ts'
import { checkFiles } from './doctor/check-files.ts'
import { checkMongo } from './doctor/check-mongo.ts'
import { checkQueue } from './doctor/check-queue.ts'
import { checkRedis } from './doctor/check-redis.ts'
import { checkTasks } from './doctor/check-tasks.ts'
import { whatRuns } from './running-start.ts'
import { messageOf, type Finding, type Level } from './doctor/finding.ts'

const USAGE = `npm run doctor [-- --json] [--storage [--repair]]
  Checks the installation that the environment (and .env) describes, or the npm start that is running here, and
  suggests fixes. Exit code 1 if something needs to be fixed.
  --storage  compares all files with all tasks
  --repair   moves files without a task to the trash and restarts completed tasks without files; without it, nothing
             is changed`

const values = readOptions()
const findings = await examine()
const failed = findings.some(({ level }) => level === 'FAIL')
if (values.json) console.log(JSON.stringify({ ok: !failed, findings }, undefined, 2))
else print(findings)
process.exitCode = failed ? 1 : 0

function readOptions() {
  try {
    const { values: given } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        storage: { type: 'boolean', default: false },
        repair: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (given.repair && !given.storage) throw new Error('--repair needs --storage.')
    if (!given.help) return given
    console.log(USAGE)
    process.exit(0)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}

async function examine(): Promise<Finding[]> {
  if (existsSync('.env')) process.loadEnvFile('.env')
  adoptSecretFiles()
  try {
    // Settings in the environment take precedence over an `npm start` that is running here.
    const isTold = process.env['REDIS_URL'] !== undefined || process.env['MONGODB_URL'] !== undefined
    return await examineWith(parseEnv(apiEnv, { ...process.env, ...(isTold ? {} : whatRuns()) }))
  } catch (error) {
    if (!(error instanceof EnvError)) throw error
    return error.faults.map((fault) => ({
      area: 'Settings',
      level: 'FAIL',
      says: fault,
      todo: 'All settings and their defaults are in .env.example.',
    }))
  }
}

async function examineWith(env: ApiEnv): Promise<Finding[]> {
  const given = { namespace: env.REDIS_NAMESPACE, queue: env.QUEUE_NAME }
  const [queueStore, cache, store, disk, bucket, api, bibs, ffmpeg] = await Promise.all([
    checkRedis(redisUrl(env), 'queue'),
    env.REDIS_CACHE_URL ? checkRedis(env.REDIS_CACHE_URL, 'cache') : undefined,
    checkMongo(env.MONGODB_URL),
    checkDisk(resolve(env.DATA_DIR), env.MIN_FREE_BYTES),
    checkBucket(storageSettings(env)),
    checkApi(env.HOST, env.PORT),
    checkBibs(process.env['BIBS_MODELS']),
    checkFfmpeg(process.env),
  ])
  const { redis } = queueStore
  const { mongo } = store
  const checkQueues = Object.values(KINDS).map(async (kind) =>
    redis ? guarded('Queue', () => checkQueue(redis, queueNames(given, kind))) : [],
  )
  const queue = (await Promise.all(checkQueues)).flat()
  const tasks = mongo ? await guarded('Tasks', () => checkTasks(mongo.db())) : []
  const deliveries = mongo ? await guarded('Deliveries', () => checkDeliveries(mongo.db())) : []
  const files = mongo && values.storage ? await guarded('Files', () => compareFiles(env, mongo.db())) : []
  redis?.disconnect()
  cache?.redis?.disconnect()
  await mongo?.close()
  const stores = [...queueStore.findings, ...(cache?.findings ?? []), ...store.findings, ...disk, ...bucket]
  return [...stores, ...api, ...queue, ...tasks, ...deliveries, ...files, ...bibs, ...ffmpeg]
}

async function compareFiles(env: ApiEnv, db: Db): Promise<Finding[]> {
  const storage = await openStorage(storageSettings(env))
  const repair = values.repair ? (taskId: string) => restart(env.PORT, taskId) : undefined
  try {
    return await checkFiles({ storage, db, orphanAgeMs: env.ORPHAN_AGE_MS, repair })
  } finally {
    storage.close()
  }
}

/** By the API, which alone changes tasks. */
async function restart(port: number, taskId: string): Promise<void> {
  const { ok, status } = await fetch(`http://127.0.0.1:${port}/api/v1/tasks/${taskId}/retry`, { method: 'POST' })
  if (!ok) throw new Error(`The API on port ${port} answered ${status} to the restart of task ${taskId}`)
}

/** A store that fails during the check is a finding, too. */
async function guarded(area: string, check: () => Promise<Finding[]>): Promise<Finding[]> {
  return check().catch((error: unknown) => [
    { area, level: 'FAIL', says: `could not be checked: ${messageOf(error)}`, todo: 'Run the doctor again.' },
  ])
}

function print(all: readonly Finding[]): void {
  const colour: Record<Level, (text: string) => string> = { OK: pc.green, WARN: pc.yellow, FAIL: pc.red }
  for (const { level, area, says, todo } of all) {
    console.log(`${colour[level](level.padEnd(5))} ${area.padEnd(14)} ${says}`)
    if (todo !== undefined) console.log(`${''.padEnd(21)}${pc.dim(`→ ${todo}`)}`)
  }
  const count = (level: Level): number => all.filter((finding) => finding.level === level).length
  console.log(`\n${count('FAIL')} to fix, ${count('WARN')} to check, ${count('OK')} OK`)
}
