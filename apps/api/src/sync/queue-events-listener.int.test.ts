import type { Logger } from '@darkroom/runtime'
import { recordLog, sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { connectRedis } from '@darkroom/runtime'
import { startTestApi, testLog, type TestApi } from '../../test/start-test-api.ts'
import { fatal, startTestWorker, type TestWorker } from '../../test/test-worker.ts'
import type { Send } from '../mediator.ts'
import type { UpdateTaskStatus } from '../tasks/update-task-status.ts'
import { QueueEventsListener } from './queue-events-listener.ts'

let api: TestApi
let worker: TestWorker

beforeAll(async () => {
  api = await startTestApi()
  worker = await startTestWorker(api, {
    work: async ({ imageName }) => {
      if (imageName === 'bad') throw fatal('IMAGE_CORRUPT')
    },
  })
})
afterAll(async () => {
  await worker.stop()
  await api.stop()
})

it('waiting and active jobs are logged, completed and failed ones become the one command', async () => {
  const redis = connectRedis(inject('redisUrl'), 'consumer', testLog)
  const { log, lines } = recordLog<Logger>()
  const sent: UpdateTaskStatus[] = []
  const send = (async (command: UpdateTaskStatus) => void sent.push(command)) as unknown as Send
  const listener = new QueueEventsListener({ redis, names: api.names, queue: api.queue, send, log, now: Date.now })
  await listener.start()

  const photo = await sampleJpeg({ width: 64, height: 48 })
  const upload = async (name: string) =>
    ((await api.post('/api/v1/tasks', [{ name: 'file', value: photo, filename: name }])).body as { id: string }).id
  const [good, bad] = [await upload('good.jpg'), await upload('bad.jpg')]
  await until(() => sent.length >= 2, { what: 'two commands' })

  const eventsOf = (id: string) => sent.map(({ event }) => event).filter((event) => event.taskId === id)
  expect(eventsOf(good)).toMatchObject([{ eventType: 'task.completed', attempts: 1, images: [{}, {}] }])
  expect(eventsOf(bad)).toMatchObject([{ eventType: 'task.failed', code: 'IMAGE_CORRUPT', attempts: 1, willRetry: false }])
  for (const id of [good, bad]) {
    const states = lines.filter(({ jobId }) => jobId === id).map(({ level, message }) => `${level} ${message}`)
    expect(states).toEqual(['debug waiting', 'debug active'])
  }
  await listener.stop()
  redis.disconnect()
})
