// Results applied per second, from the queue's event stream to the documents by a real API,
// relative to a bare loop of the same guarded update on the same collection, with its indexes. A
// bulkWrite cannot return the documents that it changed; its speed is measured for comparison.
// Options: --rounds 5 --tasks 500
import { setTimeout as pause } from 'node:timers/promises'
import type { LocalServices } from '@darkroom/local-services'
import { outcomeOf } from '@darkroom/contracts'
import { Redis } from 'ioredis'
import { MongoClient, type ObjectId, type AnyBulkWriteOperation, type Collection, type Document } from 'mongodb'
import { createInstallation } from '../test/e2e/support/installation.ts'
import { eachOf } from './support/each-of.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { storedTask } from './support/stored-task.ts'

type PerSecond = Record<'service' | 'bare' | 'bulk', number>

/** As many as the API has in progress. */
const AT_ONCE = 16
/** Seldom, because the MongoDB stand-in scans all tasks to count some. */
const POLL_MS = 250
const SEQ = 1999

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: count, tasks } = wholeNumbers(args, { rounds: 5, tasks: 500 })
    return withServices(async (services) => {
      const rounds: PerSecond[] = []
      for (let round = 0; round < count; round++) rounds.push(await measureRound(services, tasks))
      return {
        figures: [
          figureOf(
            'results applied per second, relative to guarded updates in a bare loop',
            rounds.map(({ service, bare }) => service / bare),
            'x',
            { atLeast: 0.7, goal: 0.85 },
          ),
          figureOf(
            'updates of a bulkWrite per second, relative to the loop',
            rounds.map(({ bulk, bare }) => bulk / bare),
            'x',
          ),
        ],
        notes: rounds.map(
          ({ service, bare, bulk }) =>
            `per second: ${service.toFixed(0)} results applied, ${bare.toFixed(0)} in the bare loop, ${bulk.toFixed(0)} by bulkWrite`,
        ),
        details: { options: { tasks }, stores: storesOf(services), rounds },
      }
    })
  },
}

async function measureRound({ redis, mongo }: LocalServices, count: number): Promise<PerSecond> {
  const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
  const client = new MongoClient(darkroom.mongoUrl)
  const connection = new Redis(redis.url)
  try {
    await darkroom.api()
    const { prefix, queue } = darkroom.names
    const tasks = client.db().collection('tasks')
    const first = await pendingTasks(tasks, count)
    const second = await pendingTasks(tasks, count)
    const third = await pendingTasks(tasks, count)
    const startedAt = performance.now()
    const pipeline = connection.pipeline()
    for (const id of first) {
      const returnvalue = JSON.stringify(completed(id))
      pipeline.xadd(
        `${prefix}:${queue}:events`,
        '*',
        'event',
        'completed',
        'jobId',
        id.toHexString(),
        'returnvalue',
        returnvalue,
      )
    }
    await pipeline.exec()
    while ((await tasks.countDocuments({ status: 'completed' })) < count) await pause(POLL_MS)
    const service = perSecond(count, startedAt)
    const bare = await updateEach(tasks, second)
    const bulk = await updateInBulk(tasks, third)
    return { service, bare, bulk }
  } finally {
    connection.disconnect()
    await client.close()
    await darkroom.stop()
  }
}

async function pendingTasks(collection: Collection, count: number): Promise<ObjectId[]> {
  const nextCheckAt = new Date(Date.now() + 600_000)
  const documents = Array.from({ length: count }, (_, index) => ({
    ...(storedTask(index) as Document & { _id: ObjectId }),
    ...{ status: 'pending', seq: 0, rev: 0, files: [], result: {}, nextCheckAt },
  }))
  await collection.insertMany(documents)
  return documents.map(({ _id }) => _id)
}

async function updateEach(collection: Collection, ids: readonly ObjectId[]): Promise<number> {
  const startedAt = performance.now()
  await eachOf(ids, AT_ONCE, async (id) => {
    const options = { returnDocument: 'after', writeConcern: { w: 'majority', journal: true } } as const
    await collection.findOneAndUpdate(guard(id), change(id), options)
  })
  return perSecond(ids.length, startedAt)
}

async function updateInBulk(collection: Collection, ids: readonly ObjectId[]): Promise<number> {
  const startedAt = performance.now()
  const operations: AnyBulkWriteOperation[] = ids.map((id) => ({
    updateOne: { filter: guard(id), update: change(id) },
  }))
  for (let from = 0; from < operations.length; from += 100)
    await collection.bulkWrite(operations.slice(from, from + 100), {
      ordered: false,
      writeConcern: { w: 'majority', journal: true },
    })
  return perSecond(ids.length, startedAt)
}

const perSecond = (count: number, startedAt: number): number => (count / (performance.now() - startedAt)) * 1000

const guard = (id: ObjectId): Document => ({
  _id: id,
  tenant: 'default',
  epoch: 1,
  seq: { $lt: SEQ },
  status: { $in: ['pending', 'processing'] },
  ttlSeconds: 604_800,
})

function change(id: ObjectId): Document {
  const { images, ...data } = completed(id)
  const at = new Date()
  return {
    $set: {
      status: 'completed',
      seq: SEQ,
      ...outcomeOf({ images }),
      nextCheckAt: null,
      finishedAt: at,
      startedAt: at,
      expiresAt: at,
      updatedAt: at,
      workerId: 'w',
    },
    $inc: { rev: 1 },
    $push: { log: { $each: [{ seq: SEQ, epoch: 1, attempt: 1, type: 'task.completed', at, data }], $slice: -100 } },
  }
}

function completed(id: ObjectId) {
  const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
  const image = { width: 1024, height: 768, format: 'jpeg' as const, size: 143_210, md5 }
  return {
    ...{
      eventType: 'task.completed',
      taskId: id.toHexString(),
      tenant: 'default',
      timestamp: Date.now(),
      epoch: 1,
      attempt: 1,
      seq: SEQ,
    },
    ...{ workerId: 'w', startedAt: Date.now() - 80, waitMs: 5, attempts: 1, processingTime: 80 },
    images: ['1024', '800'].map((resolution) => ({
      ...image,
      resolution,
      path: `output/photo/${resolution}/${md5}.jpg`,
    })),
  }
}
