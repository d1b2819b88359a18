import { downloadUrl, problem, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type Answer, type TestApi } from '../../../test/start-test-api.ts'
import { completedOf, variantOf } from '../../../test/task-history.ts'

const keys = { old: `old:${'a'.repeat(32)}`, young: `young:${'b'.repeat(32)}` }

let api: TestApi
let task: Task
const bytes = Buffer.from('not looked at by a download')

beforeAll(async () => {
  api = await startTestApi({ URL_SIGNING_KEYS: `${keys.young},${keys.old}` })
  const images = (['1024', '800'] as const).map((resolution) =>
    variantOf(resolution, 600, 'a'.repeat(32), bytes.length),
  )
  for (const { path } of images) await api.storage.put(path, bytes)
  task = (await api.upload(await sampleJpeg({ width: 64, height: 48 }))).body as Task
  await api.tell(completedOf(task, images))
  await until(async () => ((await api.request(task.links.self)).body as Task).status === 'completed', {
    what: 'a completed task',
  })
})
afterAll(() => api.stop())

const ask = (fields: unknown, id = task.id, at = api): Promise<Answer> =>
  at.request(`/api/v1/tasks/${id}/download-url`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })

const signed = async (fields: object = {}): Promise<URL> =>
  new URL(downloadUrl.parse((await ask(fields)).body).url, api.url)

const open = (url: URL): Promise<Answer> => api.request(url.pathname + url.search)

const codeOf = ({ status, body }: Answer) => [status, problem.parse(body).code]

it('a signed URL downloads its variant until it expires', async () => {
  const answer = await ask({ resolution: '800', expiresInSeconds: 600 })
  const { url, expiresAt } = downloadUrl.parse(answer.body)
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(url).toMatch(
    new RegExp(`^/api/v1/tasks/${task.id}/download\\?resolution=800&expires=\\d{10}&kid=young&signature=[\\w-]{43}$`),
  )
  expect(Math.abs(Date.parse(expiresAt) - Date.now() - 600_000)).toBeLessThan(60_000)
  expect((await api.request(url)).bytes.equals(bytes)).toBe(true)
})

it('a signed URL of a file names the file', async () => {
  const url = await signed({ file: '800' })
  expect([url.searchParams.get('file'), url.searchParams.has('resolution')]).toEqual(['800', false])
  expect((await open(url)).bytes.equals(bytes)).toBe(true)
})

it('by default it is for the largest variant, for an hour', async () => {
  const url = await signed()
  expect([url.searchParams.has('resolution'), (await open(url)).status]).toEqual([false, 200])
  expect(Math.abs(Number(url.searchParams.get('expires')) - Date.now() / 1000 - 3600)).toBeLessThan(60)
})

describe('a modified URL', () => {
  it.each<[string, (url: URL) => void]>([
    ['with another resolution', (url) => url.searchParams.set('resolution', '1024')],
    ['with a file instead of its resolution', (url) => url.searchParams.set('file', '1024')],
    ['without its resolution', (url) => url.searchParams.delete('resolution')],
    ['with a later end', (url) => url.searchParams.set('expires', '9999999999')],
    ['without an end', (url) => url.searchParams.delete('expires')],
    ['with another key', (url) => url.searchParams.set('kid', 'old')],
    ['with an unknown key', (url) => url.searchParams.set('kid', 'none')],
    ['without its signature', (url) => url.searchParams.delete('signature')],
    ['with a shorter signature', (url) => url.searchParams.set('signature', 'AAAA')],
  ])('%s', async (_how, change) => {
    const url = await signed({ resolution: '800' })
    change(url)
    expect(codeOf(await open(url))).toEqual([403, 'INVALID_SIGNATURE'])
  })
})

it('an expired URL is refused', async () => {
  const url = await signed({ expiresInSeconds: 1 })
  const refused = await until(async () => {
    const answer = await open(url)
    return answer.status !== 200 && answer
  })
  expect(codeOf(refused)).toEqual([403, 'URL_EXPIRED'])
})

it.each([
  [{ expiresInSeconds: 0 }, '/expiresInSeconds'],
  [{ expiresInSeconds: 604_801 }, '/expiresInSeconds'],
  [{ expiresInSeconds: '60' }, '/expiresInSeconds'],
  [{ resolution: '640' }, '/resolution'],
  [{ tenant: 'other' }, '/tenant'],
])('%j is refused', async (fields, pointer) => {
  const { status, body } = await ask(fields)
  expect([status, problem.parse(body).errors?.[0]?.pointer]).toEqual([422, pointer])
})

it('there is none for an unknown task', async () => {
  expect(codeOf(await ask({}, '0'.repeat(24)))).toEqual([404, 'TASK_NOT_FOUND'])
})

it('without keys nothing is signed, and no signature is valid', async () => {
  const bare = await startTestApi()
  const { body } = await bare.upload(await sampleJpeg({ width: 64, height: 48 }))
  const { id, links } = body as Task
  expect(codeOf(await ask({}, id, bare))).toEqual([409, 'SIGNING_DISABLED'])
  const { search } = await signed()
  expect(codeOf(await bare.request(links.download + search))).toEqual([403, 'INVALID_SIGNATURE'])
  await bare.stop()
})
