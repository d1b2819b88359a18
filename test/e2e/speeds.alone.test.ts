import type { TaskEvent, TaskEventOf, TaskLogEntry } from '@darkroom/contracts'
import { createTaskEventsPublisher, subscribeTaskEvents } from '@darkroom/messaging'
import { allowedMs, sampleJpeg, timed, until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted, answerOf, eachOf } from './support/client.ts'
import { listen, type EventLog } from './support/events.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const PHOTOS = 20
const VIDEOS = 200
const AT_ONCE = 8
const MESSAGES = 200
const LAG_PHOTOS = 6
const CONTROL_EVERY_MS = 10
/** What the worker and the API may add to Redis. */
const LAG_MS = 50
const SAID_BY_WORKERS: ReadonlySet<string> = new Set(['task.processing', 'task.progress', 'task.completed'])

const ANY_EVENT = {
  eventType: 'task.expired',
  taskId: 'any',
  tenant: 'default',
  timestamp: 0,
  epoch: 1,
  attempt: 1,
} as const

let darkroom: Installation
let events: EventLog
let api: ApiProcess

beforeAll(async () => {
  darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
  events = await listen(darkroom)
  ;[api] = await Promise.all([darkroom.api(), darkroom.worker('worker-of-speeds')])
})
afterAll(async () => {
  events.close()
  await darkroom.stop()
})

test('a single photo of 12 Mpx is processed within 5 s and finished within 8 s of its upload [S3.14]', async () => {
  const bytes = await sampleJpeg({ width: 4000, height: 3000 })
  const [whole, run, control] = listsOfMs()
  for (let photo = 0; photo < PHOTOS; photo++) {
    const startedAt = performance.now()
    const { id } = await accepted(api.url, { bytes, name: `speed ${photo}.jpg` })
    const completed: TaskEventOf<'task.completed'> = await events.event(id, 'task.completed')
    whole.push(performance.now() - startedAt)
    run.push(completed.processingTime)
    control.push((await timed(() => sharp(bytes).resize(1024).jpeg().toBuffer())).ms)
  }
  report('processing', run)
  report('upload to task.completed', whole)
  report('one variant by the library alone', control)
  expect(at(run, 0.95)).toBeLessThan(allowedMs(5000, at(control, 0.95)))
  expect(at(whole, 0.95)).toBeLessThan(allowedMs(8000, at(control, 0.95)))
})

test('a request for a video is answered within 100 ms, while seven others are [S4.2]', async () => {
  const request = {
    city: 'Madrid',
    weatherData: { city: 'Madrid', temperature: 24, condition: 'sun', description: 'Despejado', date: '2026-05-30' },
    imageFilename: 'mountains.jpg',
    language: 'es',
  }
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
  const [answered, control] = listsOfMs()
  const mongo = new MongoClient(darkroom.mongoUrl)
  const bare = mongo.db().collection('bare')
  const bareAnswer = async (): Promise<void> => {
    await (await fetch(`${api.url}/livez`)).text()
    await bare.insertOne({ request }, { writeConcern: { w: 'majority', journal: true } })
  }
  await eachOf(Array.from({ length: VIDEOS }), AT_ONCE, async () => {
    const { value, ms } = await timed(async () => answerOf(await fetch(`${api.url}/api/render-video`, init)))
    expect(value).toMatchObject({ status: 202, body: { status: 'pending' } })
    answered.push(ms)
    control.push((await timed(bareAnswer)).ms)
  })
  await mongo.close()
  report('requests for a video', answered)
  report('requests for nothing, and bare writes to the store', control)
  expect(at(answered, 0.95)).toBeLessThan(allowedMs(100, at(control, 0.95)))
})

test('a message is published within 2 ms and received within 5 ms, at the median [S3.14]', async () => {
  const [voice, ear, bareEar] = [
    new Redis(darkroom.redisUrl),
    new Redis(darkroom.redisUrl),
    new Redis(darkroom.redisUrl),
  ]
  const [channel, bareChannel] = [`${darkroom.namespace}:speed`, `${darkroom.namespace}:bare`]
  const events = { said: [] as number[], published: [] as number[], heard: [] as number[] }
  const bare = { said: [] as number[], published: [] as number[], heard: [] as number[] }
  const onEvent = ({ seq }: TaskEvent): void => void events.heard.push(performance.now() - events.said[seq]!)
  await subscribeTaskEvents(ear, channel, { onEvent, onInvalid: (text) => expect(text).toBe('an event') })
  bareEar.on('message', (_channel, index) => bare.heard.push(performance.now() - bare.said[Number(index)]!))
  await bareEar.subscribe(bareChannel)
  const publish = createTaskEventsPublisher(voice, channel, (error) => expect(error).toBeUndefined())
  for (let seq = 0; seq < MESSAGES; seq++) {
    events.said.push(performance.now())
    events.published.push((await timed(() => publish({ ...ANY_EVENT, seq }))).ms)
    bare.said.push(performance.now())
    bare.published.push((await timed(() => voice.publish(bareChannel, String(seq)))).ms)
  }
  await until(() => events.heard.length + bare.heard.length === 2 * MESSAGES, { what: 'all messages to be heard' })
  for (const what of ['published', 'heard'] as const) {
    report(what, events[what])
    report(`bare messages, ${what}`, bare[what])
    expect(at(events[what], 0.5)).toBeLessThan(allowedMs(what === 'published' ? 2 : 5, at(bare[what], 0.5)))
  }
  for (const redis of [voice, ear, bareEar]) redis.disconnect()
})

test('events of a worker arrive on the channel and on a stream of the API about as fast as plain messages', async () => {
  const ear = new Redis(darkroom.redisUrl)
  const lags = { channel: [] as number[], stream: [] as number[] }
  ear.on('message', (_channel, message: string) => {
    const { eventType, timestamp } = JSON.parse(message) as TaskEvent
    if (SAID_BY_WORKERS.has(eventType)) lags.channel.push(Date.now() - timestamp)
  })
  await ear.subscribe(darkroom.names.channel)
  // In parallel, so that a busy machine slows both down equally.
  const control = await startControl()
  const bytes = await sampleJpeg({ width: 4000, height: 3000 })
  for (let photo = 0; photo < LAG_PHOTOS; photo++) {
    const { id } = await accepted(api.url, { bytes, name: `lag ${photo}.jpg` })
    lags.stream.push(...(await lagsOnStream(`${api.url}/api/v1/tasks/${id}/events`)))
  }
  const bare = await control.stop()
  ear.disconnect()
  for (const [what, values] of Object.entries({ ...lags, ...bare })) report(`lag, ${what}`, values)
  expect(lags.channel.length).toBeGreaterThanOrEqual(2 * LAG_PHOTOS)
  expect(lags.stream.length).toBeGreaterThanOrEqual(LAG_PHOTOS)
  // A worker publishes right after being busy, so its median is compared with the worse moments of
  // the control.
  expect(at(lags.channel, 0.5)).toBeLessThan(LAG_MS + 2 * at(bare.message, 0.95))
  expect(at(lags.stream, 0.5)).toBeLessThan(LAG_MS + 2 * at(bare.stored, 0.95))
})

/**
 * Plain messages, repeatedly, and a durable write for each on arrival: a stream cannot be faster
 * than that.
 */
async function startControl() {
  const [voice, ear, mongo] = [
    new Redis(darkroom.redisUrl),
    new Redis(darkroom.redisUrl),
    new MongoClient(darkroom.mongoUrl),
  ]
  const channel = `${darkroom.namespace}:control`
  const writes = mongo.db().collection('control', { writeConcern: { w: 'majority', journal: true } })
  const bare = { message: [] as number[], stored: [] as number[] }
  const written: Promise<unknown>[] = []
  ear.on('message', (_channel, message: string) => {
    const saidAt = Number(message)
    bare.message.push(Date.now() - saidAt)
    const write = writes.updateOne({ saidAt }, { $set: { saidAt } }, { upsert: true })
    written.push(write.then(() => bare.stored.push(Date.now() - saidAt)))
  })
  await ear.subscribe(channel)
  const saying = setInterval(() => void voice.publish(channel, String(Date.now())), CONTROL_EVERY_MS)
  return {
    async stop() {
      clearInterval(saying)
      await voice.quit()
      // Only after its answer no message is on its way to a store that is about to be closed.
      await ear.unsubscribe(channel)
      ear.disconnect()
      await Promise.all(written)
      await mongo.close()
      return bare
    },
  }
}

/**
 * How long after it was published each event arrived on a task's stream, in ms. Starts are delayed
 * on purpose, so they do not count.
 */
async function lagsOnStream(url: string): Promise<number[]> {
  const lags: number[] = []
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const { type, at: saidAt } = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '{}') as Partial<TaskLogEntry>
      if (type !== undefined && type !== 'task.processing' && SAID_BY_WORKERS.has(type))
        lags.push(Date.now() - Date.parse(saidAt ?? ''))
    }
  }
  return lags
}

const listsOfMs = (): [number[], number[], number[]] => [[], [], []]

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!

const report = (what: string, values: readonly number[]): void =>
  console.log(
    `${what}: p50 ${at(values, 0.5).toFixed(1)} ms, p95 ${at(values, 0.95).toFixed(1)} ms, of ${values.length}`,
  )
