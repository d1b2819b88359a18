import { problem, type UploadToken } from '@darkroom/contracts'
import { sampleJpeg, startTcpProxy, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { fieldPart, filePart, multipart, type Part } from '../../test/multipart.ts'
import { openSocket } from '../../test/raw-http.ts'
import { OPERATOR, startTestApi, type TestApi } from '../../test/start-test-api.ts'

const SHOP = 'https://shop.example.com'
let api: TestApi
let photo: Buffer

beforeAll(async () => {
  photo = await sampleJpeg({ width: 64, height: 48 })
  api = await startTestApi({ AUTH: 'keys', CORS_ORIGINS: `${SHOP},https://other.example.com` })
})
afterAll(() => api.stop())

const asJson = { 'content-type': 'application/json' }
async function create(fields: object = {}, as: Record<string, string> = OPERATOR, to = api): Promise<string> {
  const init = { method: 'POST', headers: { ...asJson, ...as }, body: JSON.stringify(fields) }
  const { status, body } = await to.request('/api/v1/upload-tokens', init)
  expect(status).toBe(201)
  return (body as UploadToken).token
}

async function upload(token: string, { parts = [filePart(photo)] as Part[], headers = {}, to = api } = {}) {
  const { status, body } = await to.post('/api/v1/tasks', parts, { authorization: `Bearer ${token}`, ...headers })
  return status === 202 ? [status] : [status, problem.parse(body).code]
}

/** An upload of which the last byte is still to come. */
async function beginUpload(token: string, to = api) {
  const { body, contentType } = multipart([filePart(photo)])
  const socket = await openSocket(to.port)
  const head = [
    'POST /api/v1/tasks HTTP/1.1',
    'Host: test',
    `Authorization: Bearer ${token}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
  ]
  socket.write([...head, '', ''].join('\r\n'))
  socket.write(body.subarray(0, -1))
  await until(async () => (await to.temporaryFiles()).length === 1, { what: 'an upload that has begun' })
  return { socket, end: () => socket.write(body.subarray(-1)) }
}

const REFUSED = [401, 'KEY_REQUIRED']

describe('an upload token', () => {
  it('uploads as many files as it permits, also at the same time', async () => {
    const token = await create({ uploads: 3 })
    const answers = await Promise.all(Array.from({ length: 6 }, () => upload(token)))
    expect(answers.filter(([status]) => status === 202)).toHaveLength(3)
    expect(answers.filter(([status]) => status !== 202)).toEqual([REFUSED, REFUSED, REFUSED])
  })

  it('does not count uploads that are refused', async () => {
    const token = await create()
    expect(await upload(token, { parts: [filePart(Buffer.from('no photo'))] })).toEqual([415, 'IMAGE_UNSUPPORTED'])
    const again = async () => (await upload(token))[0] === 202
    await until(again, { what: 'the upload to be given back' })
    expect(await upload(token)).toEqual(REFUSED)
  })

  it('does not count uploads that break off', async () => {
    const token = await create()
    const { socket } = await beginUpload(token)
    socket.destroy()
    await until(async () => (await upload(token))[0] === 202, { what: 'the upload to be given back' })
  })

  it('counts an upload whose client does not wait for the response', async () => {
    const mongo = await startTcpProxy(inject('mongoUrl'))
    const slow = await startTestApi({ AUTH: 'keys' }, { mongoServer: mongo.url })
    const token = await create({}, OPERATOR, slow)
    const { socket, end } = await beginUpload(token, slow)
    mongo.delay(1500)
    end()
    await until(async () => (await slow.filesIn('storage')).length === 1, { what: 'the original' })
    mongo.delay(0)
    socket.destroy()
    const tasks = slow.database.collection('tasks')
    await until(async () => (await tasks.countDocuments()) === 1, { what: 'the task' })
    expect(await upload(token, { to: slow })).toEqual(REFUSED)
    await slow.stop()
    await mongo.stop()
  })

  it('that cannot be used says so to those who do not run the service', async () => {
    const refusalOf = async (token: string, path = '/api/v1/tasks') => {
      const { body } = await api.post(path, [filePart(photo)], { authorization: `Bearer ${token}` })
      return problem.parse(body).detail
    }
    const used = await create()
    expect(await upload(used)).toEqual([202])
    for (const token of [used, `dru_${'x'.repeat(43)}`, 'dru_cut', await create({ origin: SHOP })])
      expect(await refusalOf(token)).toContain('ask your server for a new one')
    expect(await refusalOf(await create(), '/api/v1/batches')).toContain('only permits POST /api/v1/tasks')
  })

  it('is for one kind and one size', async () => {
    const token = await create({ kind: 'photo.bibs', maxBytes: photo.length, uploads: 2 })
    const parts = [fieldPart('kind', 'image.optimize'), filePart(photo)]
    expect(await upload(token, { parts })).toEqual([403, 'SCOPE_MISSING'])
    const larger = Buffer.concat([photo, Buffer.alloc(1)])
    expect(await upload(token, { parts: [filePart(larger)] })).toEqual([413, 'FILE_TOO_LARGE'])
    expect(await upload(token, { parts: [fieldPart('kind', 'photo.bibs'), filePart(photo)] })).toEqual([202])
  })

  it('is for the pages of one origin', async () => {
    const token = await create({ origin: SHOP, uploads: 2 })
    expect(await upload(token)).toEqual(REFUSED)
    expect(await upload(token, { headers: { origin: 'https://other.example.com' } })).toEqual(REFUSED)
    expect(await upload(token, { headers: { origin: SHOP } })).toEqual([202])
  })

  it('permits nothing else', async () => {
    const token = await create({ uploads: 100 })
    const headers = { authorization: `Bearer ${token}` }
    for (const path of ['/api/v1/tasks', '/api/v1/keys', '/api/v1/stats'])
      expect((await api.request(path, { headers })).status).toBe(401)
    for (const [name, value] of [
      ['callbackUrl', 'https://shop.example.com/'],
      ['notify', '{"email":"ana@example.com"}'],
    ] as const)
      expect(await upload(token, { parts: [fieldPart(name, value), filePart(photo)] })).toEqual([403, 'SCOPE_MISSING'])
    const init = (path: string, type: string) =>
      api.request(path, { method: 'POST', headers: { ...headers, 'content-type': type }, body: '{}' })
    expect((await init('/api/v1/tasks', 'application/json')).status).toBe(403)
    expect((await init('/api/v1/upload-tokens', 'application/json')).status).toBe(401)
    expect((await api.post('/api/v1/batches', [filePart(photo)], headers)).status).toBe(401)
  })

  it('expires, and ends with the key that created it', async () => {
    const late = await create()
    const tokens = api.database.collection('uploadtokens')
    await tokens.updateMany({}, { $set: { expiresAt: new Date(Date.now() - 1) } })
    expect(await upload(late)).toEqual(REFUSED)
    const making = {
      method: 'POST',
      headers: { ...asJson, ...OPERATOR },
      body: JSON.stringify({ name: 'shop', tenant: 'shop' }),
    }
    const { id, key } = (await api.request('/api/v1/keys', making)).body as { id: string; key: string }
    const token = await create({ uploads: 2 }, { authorization: `Bearer ${key}` })
    expect(await upload(token)).toEqual([202])
    expect(await api.database.collection('tasks').countDocuments({ tenant: 'shop' })).toBe(1)
    await api.request(`/api/v1/keys/${id}`, { method: 'DELETE', headers: OPERATOR })
    expect(await upload(token)).toEqual(REFUSED)
  })

  it('is stored as its digest', async () => {
    const token = await create()
    const stored = JSON.stringify(await api.database.collection('uploadtokens').find().toArray())
    expect(stored).not.toContain(token.slice('dru_'.length))
  })
})
