import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Task } from '@darkroom/contracts'
import { sampleJpeg, startTcpProxy, until } from '@darkroom/testing'
import { expect, inject, it } from 'vitest'
import { filePart } from '../../../test/multipart.ts'
import { startTestApi } from '../../../test/start-test-api.ts'

it('writes no document before its file is in place', async () => {
  const api = await startTestApi()
  // A file in the place of the folder for the originals.
  await writeFile(join(api.dataDir, 'storage'), '')
  const { status, body } = await api.upload(await sampleJpeg({ width: 16, height: 16 }))
  expect([status, body]).toMatchObject([503, { code: 'STORAGE_UNAVAILABLE' }])
  expect(await api.database.collection('tasks').countDocuments()).toBe(0)
  expect(await api.temporaryFiles()).toEqual([])
  await rm(join(api.dataDir, 'storage'))
  await api.stop()
})

it('uploads refused while the store is down leave no originals', async () => {
  const mongo = await startTcpProxy(inject('mongoUrl'))
  const api = await startTestApi({}, { mongoServer: mongo.url })
  const photo = await sampleJpeg({ width: 16, height: 16 })
  expect((await api.upload(photo)).status).toBe(202)
  await mongo.cut()
  // Some of them before the store is known to be unreachable.
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.upload(photo)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
  expect(await api.filesIn('storage')).toHaveLength(1)
  await mongo.restore()
  await until(async () => (await api.request('/readyz')).status === 200, { what: 'a ready API', timeoutMs: 20_000 })
  await api.stop()
  await mongo.stop()
})

it('an original removed before its document was written is restored by the next try with the key', async () => {
  const api = await startTestApi()
  const photo = await sampleJpeg({ width: 16, height: 16 })
  const send = () => api.post('/api/v1/tasks', [filePart(photo)], { 'Idempotency-Key': 'late' })
  const task = (await send()).body as Task
  await rm(join(api.dataDir, task.originalPath))
  expect(await send()).toMatchObject({ status: 202, body: { id: task.id } })
  expect((await readFile(join(api.dataDir, task.originalPath))).equals(photo)).toBe(true)
  expect(await api.temporaryFiles()).toEqual([])
  await api.stop()
})

it('a repeated request is only accepted once a write has confirmed that its task is durable', async () => {
  const mongo = await startTcpProxy(inject('mongoUrl'))
  const api = await startTestApi({}, { mongoServer: mongo.url })
  const photo = await sampleJpeg({ width: 16, height: 16 })
  const send = () => api.post('/api/v1/tasks', [filePart(photo)], { 'Idempotency-Key': 'repeated' })
  const task = (await send()).body as Task
  mongo.loseRepliesTo('$max', 10)
  expect(await send()).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } })
  mongo.loseRepliesTo('$max', 0)
  const repeat = async () => [await send()].find(({ status }) => status === 202)
  expect(await until(repeat, { what: 'a 202', timeoutMs: 20_000 })).toMatchObject({ body: { id: task.id } })
  await api.stop()
  await mongo.stop()
})

it('an upload is not accepted if its original was removed while its document was being written', async () => {
  const mongo = await startTcpProxy(inject('mongoUrl'))
  const api = await startTestApi({}, { mongoServer: mongo.url })
  const photo = await sampleJpeg({ width: 16, height: 16 })
  const send = () => api.post('/api/v1/tasks', [filePart(photo)], { 'Idempotency-Key': 'slow' })
  mongo.delay(1500)
  const answer = send()
  const [original] = await until(async () => nonEmpty(await api.filesIn('storage')), { what: 'the original' })
  await rm(original)
  expect(await answer).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } })
  mongo.delay(0)
  expect((await send()).status).toBe(202)
  expect(await api.filesIn('storage')).toEqual([original])
  await api.stop()
  await mongo.stop()
})

it('a key that no task has, but that is not free, is not said to be in use', async () => {
  const api = await startTestApi()
  const photo = await sampleJpeg({ width: 16, height: 16 })
  const send = (key: string) => api.post('/api/v1/tasks', [filePart(photo)], { 'Idempotency-Key': key })
  // The insert then fails like one whose key was taken until a moment ago.
  await api.database.collection('tasks').createIndex({ tenant: 1, name: 1 }, { unique: true })
  expect((await send('first')).status).toBe(202)
  const { status, body, headers } = await send('second')
  expect([status, headers.get('retry-after'), body]).toEqual([
    409,
    '1',
    expect.objectContaining({
      code: 'IDEMPOTENCY_IN_FLIGHT',
      detail:
        'No task has this Idempotency-Key any more, but it is not free yet: try again in a moment, or use another key.',
    }),
  ])
  expect(await api.filesIn('storage')).toHaveLength(1)
  await api.stop()
})

const nonEmpty = (files: string[]): [string, ...string[]] | undefined =>
  files[0] === undefined ? undefined : [files[0], ...files.slice(1)]
