// Uploads photos as a client would, and waits until the database says that all are completed. It
// follows the channel and then asks the database a few times, so that it takes next to nothing from
// the cores that it measures.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { Agent, request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
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

const agent = new Agent({ keepAlive: true })
const photos = new Map<string, Promise<Buffer>>()

/** Read once, however often it is sent: a client's disk is not what is measured. */
function photoAt(file: string): Promise<Buffer> {
  const known = photos.get(file) ?? readFile(file)
  photos.set(file, known)
  return known
}

/**
 * Names are distinct, so that each photo has files of its own: none is met as already there. The
 * body is made by hand and sent as it lies in memory: FormData and fetch take several times the
 * CPU, and they take it from what is measured.
 */
async function upload(apiUrl: string, file: string, name: string): Promise<string> {
  const boundary = 'photo-of-the-benchmark'
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: image/jpeg\r\n\r\n`,
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const photo = await photoAt(file)
  const sending = request(`${apiUrl}/api/v1/tasks`, {
    agent,
    method: 'POST',
    headers: {
      'Content-Type': `multipart/form-data; boundary=${boundary}`,
      'Content-Length': head.length + photo.length + tail.length,
    },
  })
  for (const part of [head, photo]) sending.write(part)
  sending.end(tail)
  const [response] = (await once(sending, 'response')) as [IncomingMessage]
  const answer = await text(response)
  if (response.statusCode !== 202) throw new Error(`An upload was answered ${response.statusCode}: ${answer}`)
  return (JSON.parse(answer) as { id: string }).id
}

async function countCompletions(redis: Redis, channel: string, count: number): Promise<{ all: Promise<void> }> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let completed = 0
  redis.on('message', (_channel, message: string) => {
    const event = JSON.parse(message) as TaskEvent
    if (event.eventType === 'task.completed' && ++completed === count) resolve()
    if (event.eventType === 'task.failed') reject(new Error(`Task ${event.taskId} failed: ${event.error}`))
  })
  await redis.subscribe(channel)
  return { all: promise }
}
