import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { imageOptimize } from '@darkroom/contracts'
import { freePort } from '@darkroom/local-services'
import { createQueueWorker, TaskQueue, queueNames } from '@darkroom/messaging'
import { uniqueName, until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { MongoClient, ObjectId } from 'mongodb'
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import type { Finding, Level } from './doctor/finding.ts'

const doctor = join(import.meta.dirname, 'doctor.ts')
const RUN_MS = 25_000

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'doctor-'))
  return () => rm(home, { recursive: true, force: true })
})

/** Runs the doctor as a user would, from a folder without an .env. */
async function run(env: Record<string, string>, args = ['--json']): Promise<{ code: number; output: string }> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  const own = { PATH, NODE_COMPILE_CACHE, NO_COLOR: '1', ...env }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--conditions=source', doctor, ...args],
      { cwd: home, env: own, timeout: RUN_MS },
      (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr }),
    )
  })
}

async function examine(env: Record<string, string>): Promise<{ code: number; ok: boolean; findings: Finding[] }> {
  const { code, output } = await run(env)
  return { code, ...(JSON.parse(output) as { ok: boolean; findings: Finding[] }) }
}

/** An installation of the test's own, with everything in place. */
async function installation() {
  const name = uniqueName('doctor')
  const mongoUrl = new URL(inject('mongoUrl'))
  mongoUrl.pathname = `/${name}`
  const names = queueNames({ namespace: name, queue: name }, imageOptimize)
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null })
  const mongo = await new MongoClient(mongoUrl.href).connect()
  const queue = new TaskQueue({ redis, names, kind: imageOptimize, policy: { attempts: 3, backoffMs: 10 } })
  await until(() => redis.status === 'ready')
  onTestFinished(async () => {
    await queue.bullmq.obliterate({ force: true }).catch(() => {})
    await queue.close()
    redis.disconnect()
    await mongo.db().dropDatabase()
    await mongo.close()
  })
  const env = {
    REDIS_URL: inject('redisUrl'),
    REDIS_NAMESPACE: name,
    QUEUE_NAME: name,
    MONGODB_URL: mongoUrl.href,
    DATA_DIR: home,
    PORT: '0',
    MIN_FREE_BYTES: '0',
  }
  const addJob = async (): Promise<string> => {
    const taskId = new ObjectId().toHexString()
    const job = { taskId, imagePath: 'x', timestamp: Date.now(), epoch: 1, tenant: 'default', imageName: 'x' }
    await queue.add([{ job, priority: 'normal', attempts: 3 }])
    return taskId
  }
  const startWorker = (processor: () => Promise<never>, lockDurationMs = 30_000) => {
    const worker = createQueueWorker(processor, {
      redis,
      names,
      workerId: 'w',
      concurrency: 1,
      lockDurationMs,
      stalledIntervalMs: 60_000,
    })
    worker.on('error', () => {})
    onTestFinished(() => worker.close(true))
    void worker.run()
    return worker
  }
  const database = mongo.db()
  return { env, names, redis, queue, database, tasks: database.collection('tasks'), addJob, startWorker }
}

const of = (findings: readonly Finding[], area: string, level: Level): string[] =>
  findings
    .filter((finding) => finding.area === area && finding.level === level)
    .map(({ says, todo }) => `${says} → ${todo ?? ''}`)

const forever = (): Promise<never> => new Promise(() => {})

describe('a healthy installation', () => {
  it('has nothing to fix', async () => {
    const { env, startWorker } = await installation()
    const worker = startWorker(forever)
    await worker.waitUntilReady()
    const { code, ok, findings } = await examine(env)
    expect(findings.filter(({ level }) => level === 'FAIL')).toEqual([])
    expect([code, ok]).toEqual([0, true])
    for (const area of ['Redis', 'MongoDB', 'Disk', 'Queue', 'Tasks']) expect(of(findings, area, 'OK')).not.toEqual([])
    expect(of(findings, 'Queue', 'OK').join()).toMatch(/1 worker connected/)
  })

  it('is reported in readable lines', async () => {
    const { env } = await installation()
    const { code, output } = await run(env, [])
    expect(code).toBe(0)
    const lines = output.trimEnd().split('\n')
    expect(lines.every((line) => /^(OK|WARN|FAIL) {1,4} |^ +→ |^$|^\d+ to fix, \d+ to check, \d+ OK$/.test(line))).toBe(
      true,
    )
    expect(lines.at(-1)).toMatch(/^0 to fix/)
  })
})

describe('unavailable stores', () => {
  it('are reported with a fix and without passwords [S4.17]', async () => {
    const { code, findings } = await examine({
      REDIS_URL: 'redis://:top-secret@127.0.0.1:1',
      MONGODB_URL: 'mongodb://user:top-secret@127.0.0.1:1/x',
      DATA_DIR: home,
      PORT: '0',
    })
    expect(code).toBe(1)
    expect(of(findings, 'Redis', 'FAIL')).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:1 does not respond: .*ECONNREFUSED.* → Start Redis/),
    ])
    expect(of(findings, 'MongoDB', 'FAIL')).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:1 does not respond: .* → Start MongoDB/),
    ])
    expect(JSON.stringify(findings)).not.toContain('top-secret')
  })

  it('lists invalid settings', async () => {
    const { code, findings } = await examine({ PORT: 'x', REDIS_URL: 'http://a', ADMIN_TOKEN: 'short' })
    expect(code).toBe(1)
    expect(new Set(findings.map(({ says }) => says.split(':')[0]))).toEqual(
      new Set(['ADMIN_TOKEN', 'PORT', 'REDIS_URL']),
    )
  })
})

const redisServer = 'redis-server'
const hasRedisServer = await promisify(execFile)(redisServer, ['--version']).then(
  () => true,
  () => false,
)

it.skipIf(!hasRedisServer)('reports a Redis that evicts keys and does not persist them', async () => {
  const { env } = await installation()
  const port = await freePort()
  const own = spawn(redisServer, [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--maxmemory',
    '100mb',
    '--maxmemory-policy',
    'allkeys-lru',
  ])
  onTestFinished(async () => {
    own.kill('SIGKILL')
    await until(() => own.exitCode !== null || own.signalCode !== null)
  })
  const url = `redis://127.0.0.1:${port}`
  await until(
    async () => (await examine({ ...env, REDIS_URL: url })).findings.every(({ says }) => !/ECONNREFUSED/.test(says)),
    {
      what: 'redis-server',
      timeoutMs: 20_000,
      intervalMs: 100,
    },
  )
  const { code, findings } = await examine({ ...env, REDIS_URL: url })
  expect(code).toBe(0)
  expect(of(findings, 'Redis', 'WARN')).toEqual([
    expect.stringMatching(/allkeys-lru.*→ set noeviction/),
    expect.stringMatching(/appendonly no.*→ set appendonly yes/),
  ])
})

describe('a worker that does not work', () => {
  it('is missing', async () => {
    const { env, addJob } = await installation()
    await addJob()
    const { code, findings } = await examine(env)
    expect(code).toBe(1)
    expect(of(findings, 'Queue', 'FAIL')).toEqual([
      expect.stringMatching(/1 jobs are waiting and no worker is connected → Start a worker/),
    ])
  })

  it('is idle', async () => {
    const { env, addJob, startWorker, queue, redis, names } = await installation()
    await queue.pause()
    const id = await addJob()
    const worker = startWorker(forever)
    await worker.waitUntilReady()
    // Running again, for a long time, without the worker having noticed.
    await redis.hdel(`${names.prefix}:${names.queue}:meta`, 'paused')
    await redis.hset(`${names.prefix}:${names.queue}:${id}`, 'timestamp', Date.now() - 60_000)
    const { code, findings } = await examine(env)
    expect(code).toBe(1)
    expect(of(findings, 'Queue', 'FAIL')).toEqual([
      expect.stringMatching(
        /1 worker connected, but a job has been waiting for 6\d s and none is running → Check the logs/,
      ),
    ])
  })

  it('left running jobs behind when it died', async () => {
    const { env, addJob, startWorker, redis, names } = await installation()
    const id = await addJob()
    const worker = startWorker(forever, 30_000)
    await until(async () => (await redis.llen(`${names.prefix}:${names.queue}:active`)) === 1, {
      what: 'a running job',
    })
    expect(of((await examine(env)).findings, 'Queue', 'OK').join()).toMatch(/every running job is locked by a worker/)
    await worker.close(true)
    await redis.del(`${names.prefix}:${names.queue}:${id}:lock`)
    await until(
      async () =>
        of((await examine(env)).findings, 'Queue', 'FAIL').some((says) =>
          /no longer locked by a worker.*→ Their worker died\. Start one/.test(says),
        ),
      {
        what: 'the lost job to be found',
        timeoutMs: 20_000,
      },
    )
  })

  it('is paused', async () => {
    const { env, queue } = await installation()
    await queue.pause()
    const { code, findings } = await examine(env)
    expect(code).toBe(0)
    expect(of(findings, 'Queue', 'WARN').join()).toMatch(/is paused.*\/resume resumes it/)
  })
})

it('counts stuck tasks, and tasks that no API process checks', async () => {
  const { env, tasks } = await installation()
  const past = new Date(Date.now() - 600_000)
  const unfinished = { status: 'processing', nextCheckAt: past, lateAt: past }
  const { insertedIds } = await tasks.insertMany([
    unfinished,
    { ...unfinished },
    { status: 'failed', nextCheckAt: null, lateAt: past },
  ])
  const { code, findings } = await examine(env)
  expect(code).toBe(1)
  expect(of(findings, 'Tasks', 'FAIL').join()).toMatch(/^2 tasks have taken more than three times as long/)
  expect(of(findings, 'Tasks', 'FAIL').join()).toContain(String(insertedIds[0]))
  expect(of(findings, 'Tasks', 'WARN').join()).toMatch(/^2 tasks have been due for a check/)
  expect(of(findings, 'Tasks', 'OK').join()).toMatch(/2 unfinished, 1 failed/)
})

it('counts deliveries that no process sends, and names webhooks that are switched off', async () => {
  const { env, database } = await installation()
  expect(of((await examine(env)).findings, 'Deliveries', 'OK')).toEqual([])
  const past = new Date(Date.now() - 600_000)
  await database.collection('deliveries').insertMany([
    { state: 'waiting', nextAt: past },
    { state: 'failed', nextAt: null, endedAt: past },
    { state: 'delivered', nextAt: null, endedAt: past },
  ])
  await database.collection('webhooks').insertMany([
    { url: 'https://example.com/gone', disabled: { at: past, reason: 'The receiver answered 410 Gone.' } },
    { url: 'https://example.com/well', disabled: null },
  ])
  const { findings } = await examine(env)
  expect(of(findings, 'Deliveries', 'OK').join()).toMatch(/^1 waiting, 1 given up in the last 24 hours/)
  expect(of(findings, 'Deliveries', 'WARN').join('\n')).toMatch(/^1 have been due for more than a minute/)
  expect(of(findings, 'Deliveries', 'WARN').join('\n')).toContain(
    'webhooks switched off: https://example.com/gone (The receiver answered 410 Gone.)',
  )
})

describe('the disk', () => {
  it('is too full, missing or not a folder', async () => {
    const { env } = await installation()
    const diskOf = async (more: Record<string, string>) => (await examine({ ...env, ...more })).findings
    expect(of(await diskOf({ MIN_FREE_BYTES: '9000000000000000' }), 'Disk', 'FAIL').join()).toMatch(
      /below MIN_FREE_BYTES/,
    )
    expect(of(await diskOf({ DATA_DIR: join(home, 'a', 'b') }), 'Disk', 'WARN').join()).toMatch(/does not exist yet/)
    await writeFile(join(home, 'file'), '')
    expect(of(await diskOf({ DATA_DIR: join(home, 'file') }), 'Disk', 'FAIL').join()).toMatch(/is not a folder/)
  })
})

it('distinguishes the API from another program on its port', async () => {
  const { env } = await installation()
  const answers: Record<string, object> = {
    stranger: { hello: 1 },
    well: { status: 'ok', services: {} },
    down: { status: 'down', services: {} },
  }
  let who = 'stranger'
  const server = createServer((_req, res) => res.end(JSON.stringify(answers[who]))).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await until(() => server.listening)
  const apiEnv = { ...env, HOST: '127.0.0.1', PORT: String((server.address() as AddressInfo).port) }
  const api = async () => (await examine(apiEnv)).findings
  expect(of(await api(), 'API', 'FAIL').join()).toMatch(/used by another program/)
  who = 'well'
  expect(of(await api(), 'API', 'OK').join()).toMatch(/is healthy/)
  who = 'down'
  expect(of(await api(), 'API', 'FAIL').join()).toMatch(/reports that it is down/)
})
