import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sampleJpeg, startTcpProxy, until } from '@darkroom/testing'
import { expect, inject, it } from 'vitest'
import { startTestApi } from '../../../test/start-test-api.ts'

it('no document is written before its file is where it belongs', async () => {
  const api = await startTestApi()
  // A file where the folder of the originals has to be made.
  await writeFile(join(api.dataDir, 'storage'), '')
  const { status, body } = await api.upload(await sampleJpeg({ width: 16, height: 16 }))
  expect([status, body]).toMatchObject([503, { code: 'STORAGE_UNAVAILABLE' }])
  expect(await api.database.collection('tasks').countDocuments()).toBe(0)
  expect(await api.temporaryFiles()).toEqual([])
  await rm(join(api.dataDir, 'storage'))
  await api.stop()
})

it('uploads that are refused while the store is away leave no originals', async () => {
  const mongo = await startTcpProxy(inject('mongoUrl'))
  const api = await startTestApi({}, { mongoServer: mongo.url })
  const photo = await sampleJpeg({ width: 16, height: 16 })
  expect((await api.upload(photo)).status).toBe(202)
  await mongo.cut()
  // Some of them before it is known that the store is away.
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.upload(photo)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
  expect(await api.filesIn('storage')).toHaveLength(1)
  await mongo.restore()
  await until(async () => (await api.request('/readyz')).status === 200, { what: 'a ready API', timeoutMs: 20_000 })
  await api.stop()
  await mongo.stop()
})
