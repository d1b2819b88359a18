import { filePart } from '../multipart.ts'
import type { Answer, TestApi } from '../start-test-api.ts'
import { json, linesOf, sendJson, type Row } from './row.ts'
import { acceptedVideo, job, queuedVideo } from './shapes.ts'
import { beginUpload } from './upload-rows.ts'
import type { World } from './world.ts'

const RETRY_AFTER = { 'retry-after': /^[1-9]\d*$/ }

const weatherData = {
  city: 'Madrid',
  temperature: 24,
  condition: 'sunny',
  description: 'Clear sky',
  date: '2026-05-30',
}
const older = { city: 'Madrid', weatherData, imageFilename: 'coast.jpg', language: 'es' }
const input = { template: 'weather', ...weatherData, language: 'es', background: 'coast.jpg' }
const task = { kind: 'video.render', input }

const post =
  (path: string, body: unknown, headers: Record<string, string> = json) =>
  ({ main }: World): Promise<Answer> =>
    main.request(path, { method: 'POST', ...sendJson(body, headers) })

/** Requests for videos, in both forms. */
export const videoRows: Row[] = [...canonical(), ...alias()]

function canonical(): Row[] {
  const path = '/api/v1/tasks'
  const line = linesOf(`POST ${path}`)
  const read = linesOf('GET /api/jobs/:id')
  return [
    line('202', 'the input of a video', post(path, task), {
      body: acceptedVideo,
      headers: { location: /^\/api\/v1\/tasks\/[0-9a-f]{24}$/, ...RETRY_AFTER },
    }),
    line(
      '202',
      'the input of a video with all fields',
      post(path, { ...task, name: 'n', priority: 'premium', ttlSeconds: 60, metadata: { a: [1] } }),
      { body: acceptedVideo },
    ),
    ...anyJson(path, task),
    line('422 INVALID_FIELD', 'JSON of a kind that needs a file', post(path, { kind: 'image.optimize', input })),
    line('422 INVALID_FIELD', 'an unknown template', post(path, { ...task, input: { ...input, template: 'news' } })),
    read(
      '200',
      'a video that is pending',
      async (world) => {
        const { body } = await post(path, task)(world)
        return world.main.request(`/api/jobs/${(body as { jobId: string }).jobId}`)
      },
      { body: job },
    ),
  ]
}

function alias(): Row[] {
  const path = '/api/render-video'
  const line = linesOf(`POST ${path}`)
  return [
    line('202', 'a weather video', post(path, older), {
      body: queuedVideo,
      headers: { location: /^\/api\/jobs\/video-madrid-\d{13}$/, ...RETRY_AFTER },
    }),
    ...anyJson(path, older),
    line('400 INVALID_IDEMPOTENCY_KEY', 'a key with a space', post(path, older, { ...json, 'idempotency-key': 'a b' })),
    line(
      '409 IDEMPOTENCY_IN_FLIGHT',
      'a key that another request is using',
      ({ main, photo }) => whileUploading(main, photo, 'Idempotency-Key', crypto.randomUUID()),
      { headers: RETRY_AFTER },
    ),
    line('415 NOT_JSON', 'a form', ({ main, photo }) => main.post(path, [filePart(photo)])),
    line('422 IDEMPOTENCY_KEY_REUSED', 'another request with a used key', async (world) => {
      const headers = { ...json, 'idempotency-key': crypto.randomUUID() }
      const { status } = await post(path, older, headers)(world)
      if (status !== 202) throw new Error(`The first request was answered with ${status}`)
      return post(path, { ...older, language: 'pt' }, headers)(world)
    }),
    line(
      '429 TOO_MANY_UPLOADS',
      'too many concurrent uploads from one address',
      ({ main, photo }) => whileUploading(main, photo, 'X-Forwarded-For', '203.0.113.19'),
      { headers: RETRY_AFTER },
    ),
    line('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) =>
      away.request(path, { method: 'POST', ...sendJson(older) }),
    ),
    line('503 STORAGE_UNAVAILABLE', 'while the data folder is unusable', ({ noDisk }) =>
      noDisk.request(path, { method: 'POST', ...sendJson(older) }),
    ),
    line('503 OVERLOADED', 'while too many tasks are waiting', ({ busy }) =>
      busy.request(path, { method: 'POST', ...sendJson(older) }),
    ),
    line('507 STORAGE_FULL', 'while the disk is full', ({ strict }) =>
      strict.request(path, { method: 'POST', ...sendJson(older) }),
    ),
  ]
}

/** Why JSON may be refused, whatever its purpose. */
function anyJson(path: string, valid: object): Row[] {
  const line = linesOf(`POST ${path}`)
  return [
    line('400 INVALID_JSON', 'invalid JSON', post(path, '{broken')),
    line('413 BODY_TOO_LARGE', 'JSON of more than 100 KB', post(path, { ...valid, city: 'x'.repeat(101 * 1024) })),
    line(
      '415 UNSUPPORTED_ENCODING',
      'JSON in an unknown encoding',
      post(path, '{}', { ...json, 'content-encoding': 'own' }),
    ),
    line('422 INVALID_FIELD', 'an unknown field', post(path, { ...valid, colour: 'red' })),
  ]
}

/** Asks for a video while uploads have the same header, as many as one address may have. */
async function whileUploading(api: TestApi, photo: Buffer, name: string, value: string): Promise<Answer> {
  const uploads: (() => Promise<void>)[] = []
  const count = name === 'Idempotency-Key' ? 1 : api.env.UPLOADS_PER_ADDRESS
  for (let begun = 0; begun < count; begun++)
    uploads.push(await beginUpload(api, '/api/v1/tasks', [filePart(photo)], `${name}: ${value}`))
  const headers = { ...json, [name]: value }
  const answer = await api.request('/api/render-video', { method: 'POST', ...sendJson(older, headers) })
  await Promise.all(uploads.map((giveUp) => giveUp()))
  return answer
}
