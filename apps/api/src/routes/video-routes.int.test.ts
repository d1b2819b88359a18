import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { JOB_ID_PATTERN, type Job, type Problem, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const weatherData = {
  city: 'Málaga',
  temperature: 24,
  condition: 'sunny',
  description: 'Clear sky',
  date: '2026-05-30',
}
const given = { city: 'Málaga', weatherData, imageFilename: 'coast.jpg', language: 'es' }

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  api.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const render = (body: object, headers?: Record<string, string>) => post('/api/render-video', body, headers)
const jobOf = async (jobId: string) => (await api.request(`/api/jobs/${jobId}`)).body as Job

test('a video is accepted with the documented response, and found by its jobId [S4.1, S4.3]', async () => {
  const { status, body } = await render(given)
  expect(status).toBe(202)
  expect(body).toEqual({
    jobId: expect.stringMatching(/^video-malaga-\d{13}$/),
    status: 'pending',
    message: 'Video render job has been queued',
    estimatedTime: '2-5 minutes',
  })
  const { jobId } = body as { jobId: string }
  expect(jobId).toMatch(JOB_ID_PATTERN)
  expect(await jobOf(jobId)).toMatchObject({
    jobId,
    status: 'pending',
    progress: { stage: 'waiting', progress: 0 },
    result: null,
    error: null,
    processedOn: null,
    finishedOn: null,
  })
})

test('lists of jobs tell city and language of videos [S4.4]', async () => {
  const { body } = await render({ ...given, language: 'pt' })
  const { jobs } = (await api.request('/api/jobs?status=pending&limit=100')).body as { jobs: Job[] }
  const listed = jobs.find(({ jobId }) => jobId === (body as { jobId: string }).jobId)
  expect(listed).toMatchObject({ city: 'Málaga', language: 'pt', status: 'pending', createdAt: expect.any(String) })
})

test('its input is its original, and its job has two attempts from 30 s [S4.8]', async () => {
  const input = { template: 'weather', ...weatherData, background: 'coast.jpg', format: 'portrait' }
  const { body } = await post('/api/v1/tasks', { kind: 'video.render', input, priority: 'premium' })
  const task = body as Task
  expect(task).toMatchObject({
    kind: 'video.render',
    name: 'Málaga',
    priority: 'premium',
    attempts: { made: 0, max: 2 },
    source: { template: 'weather', city: 'Málaga', language: 'en', format: 'portrait' },
  })
  expect(JSON.parse(await readFile(join(api.dataDir, task.originalPath), 'utf8'))).toEqual(input)
  const page = await until(
    async () => {
      const { body: found } = await api.request('/api/v1/tasks?kind=video.render&priority=premium')
      return (found as { items: Task[] }).items.find(({ id }) => id === task.id)
    },
    { what: 'the task in the list of its kind' },
  )
  expect(page.jobId).toMatch(/^video-malaga-/)
})

test('files of videos are kept for 30 days unless the client says otherwise [S4.9]', async () => {
  const { body } = await post('/api/v1/tasks', {
    kind: 'video.render',
    input: { template: 'weather', ...weatherData },
  })
  const { database } = api
  const stored = await database.collection('tasks').findOne({ jobId: (body as Task).jobId })
  expect(stored?.['ttlSeconds']).toBe(30 * 86_400)
})

test('a repeated request with the same key is one video', async () => {
  const key = { 'idempotency-key': crypto.randomUUID() }
  const [first, second] = [await render(given, key), await render(given, key)]
  expect(second.body).toEqual(first.body)
})

test('many requests at once get different ids', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => render(given)))
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
  expect(new Set(answers.map(({ body }) => (body as { jobId: string }).jobId)).size).toBe(20)
})

test('a stored background can be used, and is read from a copy', async () => {
  await api.stored.put('assets/beach.jpg', await sampleJpeg({ width: 64, height: 64 }))
  const { body } = await render({ ...given, imageFilename: 'beach.jpg' })
  const { data } = await jobOf((body as { jobId: string }).jobId)
  const task = (await api.request(`/api/v1/tasks/${data.taskId}`)).body as Task
  expect(task.source).toMatchObject({ backgroundPath: `storage/videos/${task.id}/asset.jpg` })
})

const data = (over: object) => ({ ...given, weatherData: { ...weatherData, ...over } })

test.each<[string, object, string, RegExp?]>([
  ['no city', { ...given, city: undefined }, '/city'],
  ['a city of 5,000 characters', { ...given, city: 'a'.repeat(5000) }, '/city', /at most 80/],
  ['no weather', { ...given, weatherData: undefined }, '/weatherData'],
  ['weather as text', { ...given, weatherData: 'sunny' }, '/weatherData'],
  ['a temperature as text', data({ temperature: '24' }), '/weatherData/temperature', /number/],
  ['an emoji', data({ city: 'Málaga 🌞' }), '/weatherData/city', /no emoji/],
  ['an unknown condition', data({ condition: 'lava' }), '/weatherData/condition', /one of sun/],
  ['a wrong date', data({ date: 'tomorrow' }), '/weatherData/date', /such as 2026-05-30/],
  ['an unknown language', { ...given, language: 'fr' }, '/language', /es/],
  ['no language', { ...given, language: undefined }, '/language'],
  ['an unknown asset', { ...given, imageFilename: 'moon.jpg' }, '/imageFilename', /city\.jpg, coast\.jpg/],
  ['an asset with a path', { ...given, imageFilename: '../../etc/passwd' }, '/imageFilename', /must be letters/],
  ['an asset as a number', { ...given, imageFilename: 5 }, '/imageFilename'],
  ['an unknown field', { ...given, colour: 'red' }, '/colour'],
])('%s is refused with a pointer to it [S4.1]', async (_what, body, pointer, detail = /./) => {
  const { status, body: problem } = await render(body)
  expect(status).toBe(422)
  const { code, errors } = problem as Problem
  expect(code).toBe('INVALID_FIELD')
  expect(errors?.map((error) => error.pointer)).toEqual([pointer])
  expect(errors?.[0]?.detail).toMatch(detail)
})

test.each<[string, object, string]>([
  ['an unknown template', { template: 'news' }, '/input/template'],
  ['an unknown asset', { template: 'weather', ...weatherData, background: 'moon.jpg' }, '/input/background'],
  ['a field of the template', { template: 'weather', ...weatherData, city: 7 }, '/input/city'],
])('%s is refused in a task, too', async (_what, input, pointer) => {
  const { status, body } = await post('/api/v1/tasks', { kind: 'video.render', input })
  expect([status, (body as Problem).errors?.map((error) => error.pointer)]).toEqual([422, [pointer]])
})
