import type { TaskEventOf } from '@darkroom/contracts'
import { sampleJpeg } from '@darkroom/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { accepted } from './support/client.ts'
import { listen, type EventLog } from './support/events.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const PHOTOS = 20
const MESSAGES = 200

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

test('a photo of 12 Mpx alone is processed within 5 s and done within 8 s of its upload', async () => {
  const bytes = await sampleJpeg({ width: 4000, height: 3000 })
  const whole: number[] = []
  const run: number[] = []
  for (let photo = 0; photo < PHOTOS; photo++) {
    const startedAt = performance.now()
    const { id } = await accepted(api.url, { bytes, name: `speed ${photo}.jpg` })
    const completed: TaskEventOf<'task.completed'> = await events.event(id, 'task.completed')
    whole.push(performance.now() - startedAt)
    run.push(completed.processingTime)
  }
  report('processing', run)
  report('upload to task.completed', whole)
  expect(at(run, 0.95)).toBeLessThan(5000)
  expect(at(whole, 0.95)).toBeLessThan(8000)
})

test('a message is published within 2 ms and heard within 5 ms, half of the time at least', async () => {
  const [voice, ear] = [new Redis(darkroom.redisUrl), new Redis(darkroom.redisUrl)]
  const channel = `${darkroom.namespace}:speed`
  const said: number[] = []
  const heard: number[] = []
  const published: number[] = []
  ear.on('message', (_channel, index: string) => heard.push(performance.now() - said[Number(index)]!))
  await ear.subscribe(channel)
  for (let index = 0; index < MESSAGES; index++) {
    said.push(performance.now())
    await voice.publish(channel, String(index))
    published.push(performance.now() - said[index]!)
  }
  await expect.poll(() => heard.length).toBe(MESSAGES)
  report('publish', published)
  report('Pub/Sub', heard)
  expect(at(published, 0.5)).toBeLessThan(2)
  expect(at(heard, 0.5)).toBeLessThan(5)
  voice.disconnect()
  ear.disconnect()
})

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!

const report = (what: string, values: readonly number[]): void =>
  console.log(`${what}: p50 ${at(values, 0.5).toFixed(1)} ms, p95 ${at(values, 0.95).toFixed(1)} ms, of ${values.length}`)
