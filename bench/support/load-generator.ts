// Uploads photos as a client would, and waits until the database says that all are completed. It follows the channel
// and then asks the database a few times, so that it takes next to nothing from the cores that it measures.
import { openAsBlob } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { TaskEvent } from '@darkroom/contracts'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { eachOf } from './each-of.ts'
import { answerOrders } from './helper-process.ts'

export interface LoadOrder {
  files: readonly string[]
  /** Part of every name: photos of another order have files of their own too. */
  label: string
  /** Uploads at a time. */
  concurrency: number
  apiUrl: string
  redisUrl: string
  channel: string
  /** With the name of the database. */
  mongoUrl: string
}

const ASK_MS = 20

/** From the first upload to the last task that is completed in the database, in ms. */
answerOrders(async (order: LoadOrder): Promise<number> => {
  const ids = new Set<string>()
  const redis = new Redis(order.redisUrl)
  const mongo = new MongoClient(order.mongoUrl)
  try {
    const tasks = mongo.db().collection('tasks')
    const before = await tasks.countDocuments({ status: 'completed' })
    const completions = await countCompletions(redis, order.channel, order.files.length)
    const startedAt = performance.now()
    await eachOf(
      order.files,
      order.concurrency,
      async (file, index) => void ids.add(await upload(order.apiUrl, file, `${order.label} ${index}.jpg`)),
    )
    await completions.all
    while ((await tasks.countDocuments({ status: 'completed' })) < before + ids.size) await pause(ASK_MS)
    return performance.now() - startedAt
  } finally {
    redis.disconnect()
    await mongo.close()
  }
})

/** Names are distinct, so that each photo has files of its own: none is met as already there. */
async function upload(apiUrl: string, file: string, name: string): Promise<string> {
  const form = new FormData()
  form.set('file', await openAsBlob(file), name)
  const response = await fetch(`${apiUrl}/api/v1/tasks`, { method: 'POST', body: form })
  if (response.status !== 202) throw new Error(`An upload was answered ${response.status}: ${await response.text()}`)
  return ((await response.json()) as { id: string }).id
}

async function countCompletions(redis: Redis, channel: string, count: number): Promise<{ all: Promise<void> }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let completed = 0
  redis.on('message', (_channel, text: string) => {
    const event = JSON.parse(text) as TaskEvent
    if (event.eventType === 'task.completed' && ++completed === count) resolve()
    if (event.eventType === 'task.failed') reject(new Error(`Task ${event.taskId} failed: ${event.error}`))
  })
  await redis.subscribe(channel)
  return { all: promise }
}
