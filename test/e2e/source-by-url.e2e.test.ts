import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { photoBibs, type AcceptedBatch, type PhotoPage, type PhotoStatus } from '@darkroom/contracts'
import { racePhoto, sampleJpeg, samplePng, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { ApiProcess } from '../../scripts/processes.ts'
import { answerOf, ended, get } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const photo = await sampleJpeg({ width: 1600, height: 1200 })
const race = await racePhoto({ numbers: ['587', '1204'], width: 1200, height: 900 })
const FILES: Record<string, Buffer | string> = {
  '/beach.jpg': photo,
  '/finish.jpg': race.bytes,
  '/drawing': await samplePng({ width: 300, height: 200 }),
  '/page.jpg': '<!doctype html><title>A photo</title>',
}

const PHOTO_ENDED_MS = 120_000

let darkroom: Installation
let api: ApiProcess
let server: Server
let base: string
beforeAll(async () => {
  server = createServer((req, res) => {
    const file = FILES[req.url ?? '']
    if (req.url === '/moved') res.writeHead(302, { location: '/beach.jpg' }).end()
    else if (req.url === '/inside') res.writeHead(302, { location: 'http://127.0.0.2/' }).end()
    else res.writeHead(file === undefined ? 404 : 200).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    { ALLOW_PRIVATE_ADDRESSES: '127.0.0.1' },
  )
  api = await darkroom.api()
  await darkroom.worker('worker')
})
afterAll(async () => {
  await darkroom.stop()
  server.close()
})

test('photos at URLs are downloaded by workers and processed like uploaded ones', async () => {
  const paths = ['/beach.jpg', '/moved', '/drawing', '/page.jpg', '/missing.jpg', '/inside']
  const request = { items: paths.map((path) => ({ source: { url: base + path } })) }
  const { status, body } = await answerOf<AcceptedBatch>(
    await fetch(`${api.url}/api/v1/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    }),
  )
  expect([status, body.accepted]).toEqual([202, paths.length])
  const tasks = await Promise.all(
    body.items.map((item) => ended(api.url, item.status === 'accepted' ? item.task.id : '', 60_000)),
  )
  expect(tasks.map(({ status: end, error }) => error?.code ?? end)).toEqual([
    ...['completed', 'completed', 'completed'],
    ...['IMAGE_UNSUPPORTED', 'SOURCE_NOT_FOUND', 'SOURCE_URL_REFUSED'],
  ])
  expect(tasks[0]).toMatchObject({
    name: 'beach.jpg',
    source: { url: `${base}/beach.jpg`, bytes: photo.length, format: 'jpeg', width: 1600, height: 1200 },
  })
  expect(tasks[0]?.images.map(({ resolution }) => resolution)).toEqual(['1024', '800'])
  expect(tasks[2]?.source).toMatchObject({ format: 'png', width: 300 })
  expect(tasks[3]?.error?.message).toContain('HTML page')
})

test(
  'a race photo at a URL becomes its bib numbers, which a search finds [S2.11]',
  async () => {
    await darkroom.worker('photos', { app: 'photo-worker' })
    const { status, body } = await answerOf(
      await fetch(`${api.url}/photos`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url: `${base}/finish.jpg`, album: 'valencia-2026' }),
      }),
    )
    expect([status, body.kind]).toEqual([202, 'photo.bibs'])
    const task = await ended(api.url, body.id, PHOTO_ENDED_MS)
    expect(task).toMatchObject({
      status: 'completed',
      source: { url: `${base}/finish.jpg`, bytes: race.bytes.length, width: 1200, album: 'valencia-2026' },
    })
    const { bibs } = photoBibs.result.parse(task.result)
    expect(bibs.map(({ number }) => number).toSorted()).toEqual(['1204', '587'])
    expect((await get<PhotoStatus>(`${api.url}/photos/${body.id}/status`)).body).toMatchObject({ isProcessed: true })
    const found = async (): Promise<boolean> => {
      const { items } = (await get<PhotoPage>(`${api.url}/api/v1/photos?bib=1204&album=valencia-2026`)).body
      return items.some(({ photo: { id } }) => id === body.id)
    }
    await until(found, { what: 'the photo to be found by its number' })
  },
  2 * PHOTO_ENDED_MS,
)
