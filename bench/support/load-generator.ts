// Uploads photos like a client, and waits until all are completed in the database. It follows the
// channel and then polls the database a few times, so that it takes almost nothing from the cores
// that it measures.
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
  /** Part of every name, so that photos of different orders have different files. */
  label: string
  /** Concurrent uploads. */
  concurrency: number
  apiUrl: string
  redisUrl: string
  channel: string
  /** Including the name of the database. */
  mongoUrl: string
}

const ASK_MS = 20

/** From the first upload to the last task that is completed in the database, in ms. */
answerOrders(async (order: LoadOrder): Promise<number> => {
  const ids = new Set<string>()
  // Not that of the previous order: the server may be closing its idle connections.
  const agent = new Agent({ keepAlive: true })
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
      async (file, index) =>
        void ids.add(await upload(order.apiUrl, { agent, file, name: `${order.label} ${index}.jpg` })),
    )
    await completions.all
    while ((await tasks.countDocuments({ status: 'completed' })) < before + ids.size) await pause(ASK_MS)
    return performance.now() - startedAt
  } finally {
    agent.destroy()
    redis.disconnect()
    await mongo.close()
  }
})

const photos = new Map<string, Promise<Buffer>>()

/** Read once, however often it is sent: the client's disk is not being measured. */
function photoAt(file: string): Promise<Buffer> {
  const known = photos.get(file) ?? readFile(file)
  photos.set(file, known)
  return known
}

/**
 * Names are distinct, so that no photo finds the files of another. The body is built by hand and
 * sent directly from memory: FormData and fetch take several times the CPU time, at the expense of
 * what is measured.
 */
async function upload(
  apiUrl: string,
  { agent, file, name }: { agent: Agent; file: string; name: string },
): Promise<string> {
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
  if (response.statusCode !== 202) throw new Error(`An upload failed with ${response.statusCode}: ${answer}`)
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
