import { downloadUrl, problem, type Task } from '@darkroom/contracts'
import { sampleJpeg, until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type Answer, type TestApi } from '../../../test/start-test-api.ts'
import { completedOf, variantOf } from '../../../test/task-history.ts'

const keys = { old: `old:${'a'.repeat(32)}`, young: `young:${'b'.repeat(32)}` }

let api: TestApi
let task: Task
const files = { '1024': Buffer.from('not looked at by a download'), '800': Buffer.from('the smaller one') }

beforeAll(async () => {
  api = await startTestApi({ URL_SIGNING_KEYS: `${keys.young},${keys.old}` })
  const images = (['1024', '800'] as const).map((resolution) =>
    variantOf(resolution, 600, 'a'.repeat(32), files[resolution].length),
  )
  for (const { path, resolution } of images) await api.storage.put(path, files[resolution as '800'])
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

const signed = async (fields: object = {}): Promise<URL> => new URL(downloadUrl.parse((await ask(fields)).body).url)

const open = (url: URL): Promise<Answer> => api.request(url.pathname + url.search)

const codeOf = ({ status, body }: Answer) => [status, problem.parse(body).code]

it('a signed URL is absolute, names neither task nor file, and downloads its variant until it expires', async () => {
  const answer = await ask({ resolution: '800', expiresInSeconds: 600 })
  const { url, expiresAt } = downloadUrl.parse(answer.body)
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect(url).toMatch(new RegExp(`^${api.url}/d/young\\.[\\w-]+$`))
  expect(url).not.toContain(task.id)
  expect(Math.abs(Date.parse(expiresAt) - Date.now() - 600_000)).toBeLessThan(60_000)
  const download = await open(new URL(url))
  expect(download.bytes.equals(files['800'])).toBe(true)
  expect(JSON.stringify([...download.headers])).not.toContain(task.id)
})

it('a name or a width selects the file, by default the largest variant for an hour', async () => {
  expect((await open(await signed({ file: '800' }))).bytes.equals(files['800'])).toBe(true)
  expect((await open(await signed())).bytes.equals(files['1024'])).toBe(true)
  const { expiresAt } = downloadUrl.parse((await ask({})).body)
  expect(Math.abs(Date.parse(expiresAt) - Date.now() - 3_600_000)).toBeLessThan(60_000)
})

it('starts with PUBLIC_URL, otherwise with the host and the scheme of the request', async () => {
  const headers = { host: 'photos:8080', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }
  const { body } = await api.agent().post(`/api/v1/tasks/${task.id}/download-url`).set(headers).send({}).expect(200)
  expect(downloadUrl.parse(body).url).toMatch(/^https:\/\/photos:8080\/d\//)
  const named = await startTestApi({ URL_SIGNING_KEYS: keys.old, PUBLIC_URL: 'https://photos.example.com/files/' })
  const { id } = (await named.upload(await sampleJpeg({ width: 64, height: 48 }))).body as Task
  expect(downloadUrl.parse((await ask({}, id, named)).body).url).toMatch(
    /^https:\/\/photos\.example\.com\/files\/d\/old\./,
  )
  await named.stop()
})

describe('a modified URL', () => {
  it.each<[string, (token: string) => string]>([
    ['with another end', (token) => `${token.slice(0, -1)}${token.endsWith('A') ? 'Q' : 'A'}`],
    ['with another start', (token) => token.replace(/\../, (start) => (start === '.A' ? '.B' : '.A'))],
    ['with another key', (token) => token.replace('young.', 'old.')],
    ['with an unknown key', (token) => token.replace('young.', 'none.')],
    ['without a key', (token) => token.replace('young.', '')],
    ['with less', (token) => token.slice(0, -20)],
  ])('%s', async (_how, change) => {
    const url = await signed({ resolution: '800' })
    url.pathname = `/d/${change(url.pathname.slice('/d/'.length))}`
    const refused = await open(url)
    expect(codeOf(refused)).toEqual([403, 'INVALID_SIGNATURE'])
    expect(refused.text).not.toContain(url.pathname)
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
  const { id } = body as Task
  expect(codeOf(await ask({}, id, bare))).toEqual([409, 'SIGNING_DISABLED'])
  expect(codeOf(await bare.request((await signed()).pathname))).toEqual([403, 'INVALID_SIGNATURE'])
  await bare.stop()
})
