import { acceptedBatch, batchPage, type TaskLogEntry } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { createInstallation, type Installation } from './support/installation.ts'

let darkroom: Installation
let apis: ApiProcess[]

beforeAll(async () => {
  darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') })
  const [first, second] = await Promise.all([darkroom.api(), darkroom.api(), darkroom.worker('worker-a')])
  apis = [first, second]
})
afterAll(() => darkroom.stop())

/** All events of a stream until it ends. */
async function hearAll(url: string): Promise<TaskLogEntry[]> {
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } })
  const text = await response.text()
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as TaskLogEntry)
}

test('ten photos in one request: the other process streams each to its end, and the batch completes [S2.8]', async () => {
  const [one, other] = apis.map(({ url }) => url)
  const form = new FormData()
  for (let seed = 0; seed < 10; seed++) {
    form.append('files', new Blob([new Uint8Array(await sampleJpeg({ width: 900, height: 600, seed }))]), `${seed}.jpg`)
  }
  const response = await fetch(`${one}/api/v1/batches`, { method: 'POST', body: form })
  const batch = acceptedBatch.parse(await response.json())
  expect([response.status, batch.accepted]).toEqual([202, 10])

  const streams = await Promise.all(
    batch.items.map((item) => hearAll(item.status === 'accepted' ? other + item.task.links.events : 'none')),
  )
  for (const heard of streams) {
    expect(heard[0]?.type).toBe('task.created')
    expect(heard.filter(({ type }) => type === 'task.completed')).toHaveLength(1)
    expect(heard.at(-1)?.type).toBe('task.completed')
    const places = heard.map(({ seq }) => seq)
    expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b))
  }

  const read = async () => batchPage.parse(await (await fetch(`${other}/api/v1/batches/${batch.batchId}`)).json())
  const done = await until(async () => {
    const now = await read()
    return now.completedAt !== null && now
  })
  expect(done).toMatchObject({ status: 'completed', percent: 100, counts: { completed: 10 } })
})
