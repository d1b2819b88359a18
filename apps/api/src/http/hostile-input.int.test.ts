import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { problem, task as taskSchema, type Task } from '@darkroom/contracts'
import { corpusFolder, sampleJpeg, until } from '@darkroom/testing'
import { parse as parseDisposition } from 'content-disposition'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldPart, filePart, type Part } from '../../test/multipart.ts'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { completedOf, variantOf } from '../../test/task-history.ts'

interface CorpusFile {
  file: string
  category: string
  expect: 'ok' | 'reject' | 'either'
}

const folder = corpusFolder()
if (!folder) console.log('No corpus of hostile files: set DARKROOM_CORPUS to its folder to test with one.')

/** Some of everything, for where there is no corpus. */
const someNames = ['', '.', '..', '../../etc/passwd', 'a\0b', 'a\r\nX: y', '%00', '\u202e', '\ud800', '🙂'.repeat(300), '"; filename="b', "'; DROP TABLE x", '{"$gt":""}']

let api: TestApi
let photo: Buffer
let names: string[]

beforeAll(async () => {
  api = await startTestApi()
  photo = await sampleJpeg({ width: 32, height: 24 })
  names = folder ? await readNames(folder) : someNames
})
afterAll(() => api.stop())

async function readNames(corpus: string): Promise<string[]> {
  const lists = ['filenames', 'strings', 'nosql'].map(async (name) => JSON.parse(await readFile(join(corpus, 'names', `${name}.json`), 'utf8')) as string[])
  return [...someNames, ...(await Promise.all(lists)).flat()]
}

/** No answer to bad input is a fault of ours; a refusal says why in the common form. */
function assertCivil(answer: Answer, what: unknown): void {
  expect({ what, status: answer.status, isFault: answer.status >= 500 }).toMatchObject({ isFault: false })
  if (answer.status >= 400) expect(problem.strict().safeParse(answer.body)).toMatchObject({ success: true })
}

/** A few at a time, so that a list of hundreds takes seconds and not minutes. */
async function forEach<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

const post = (parts: Part[]) => api.post('/api/v1/tasks', parts)

describe('hostile names', { timeout: 60_000 }, () => {
  it('as the name of a file, as it comes and as a browser would escape it', async () => {
    await forEach(names, async (name) => {
      assertCivil(await post([filePart(photo, name)]), { filename: name })
      const escaped = name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')
      const answer = await post([filePart(photo, escaped)])
      assertCivil(answer, { escaped })
      if (answer.status === 202) assertHarmless(answer.body)
    })
  })

  it('as the name field, and then as the name of the download', async () => {
    const md5 = 'c'.repeat(32)
    const variant = variantOf('1024', 768, md5, photo.length)
    await api.storage.put(variant.path, photo)
    await forEach(names, async (name) => {
      const answer = await post([fieldPart('name', name), filePart(photo)])
      assertCivil(answer, { name })
      if (answer.status !== 202) return
      const { id, links } = assertHarmless(answer.body)
      await api.tell(completedOf({ id }, [variant]))
      const download = await until(async () => {
        const got = await api.request(links.download)
        return got.status !== 409 && got
      })
      expect({ name, status: download.status }).toEqual({ name, status: 200 })
      expect(parseDisposition(download.headers.get('content-disposition') ?? '').type).toBe('attachment')
      expect(download.headers.get('set-cookie')).toBeNull()
    })
  })

  it('as values and keys of the metadata, and as raw metadata', async () => {
    await forEach(names, async (name) => {
      const asValue = await post([fieldPart('metadata', JSON.stringify({ value: name, list: [name] })), filePart(photo)])
      expect({ name, status: asValue.status }).toEqual({ name, status: 202 })
      assertCivil(await post([fieldPart('metadata', JSON.stringify({ [name]: { [name]: 1 } })), filePart(photo)]), { key: name })
      assertCivil(await post([fieldPart('metadata', name), filePart(photo)]), { metadata: name })
      const { id, metadata } = asValue.body as Task
      const stored = (await api.request(`/api/v1/tasks/${id}`)).body as Task
      if (name.isWellFormed()) expect(stored.metadata).toEqual(metadata)
    })
  })

  it('as names and values of other fields', async () => {
    await forEach(names, async (name) => {
      for (const field of ['priority', 'kind', 'ttlSeconds']) assertCivil(await post([fieldPart(field, name), filePart(photo)]), { [field]: name })
      assertCivil(await post([fieldPart(name.replaceAll('"', '%22'), 'x'), filePart(photo)]), { field: name })
    })
  })

  it('as values and keys of queries', async () => {
    const queries = ['status', 'kind', 'priority', 'createdFrom', 'createdTo', 'page', 'limit', 'cursor']
    await forEach(names, async (name) => {
      const value = encodeURIComponent(name.toWellFormed())
      for (const query of queries) assertCivil(await api.request(`/api/v1/tasks?${query}=${value}`), { [query]: name })
      assertCivil(await api.request(`/api/v1/tasks?${value}=1`), { query: name })
      assertCivil(await api.request(`/api/v1/queues/${api.names.queue}/jobs?state=${value}&start=${value}`), { state: name })
    })
  })

  it('as ids of all kinds', async () => {
    await forEach(names, async (name) => {
      const id = encodeURIComponent(name.toWellFormed())
      for (const path of [`/api/v1/tasks/${id}`, `/api/v1/tasks/${id}/download`, `/api/jobs/${id}/status`, `/api/v1/queues/${id}/stats`])
        assertCivil(await api.request(path), { id: name })
    })
  })

  it('nothing of them became a file outside of the documented places', async () => {
    const originals = await api.filesIn('storage')
    for (const file of originals) expect(file).toMatch(/\/storage\/images\/[0-9a-f]{24}\/original\.jpg$/)
    await until(async () => (await api.temporaryFiles()).length === 0)
    const everything = await api.filesIn('')
    expect(everything).toHaveLength(originals.length + 1)
  })
})

/** What was accepted shows a name without folders and control characters, and is kept under a path of our own making. */
function assertHarmless(body: unknown): Task {
  const task = taskSchema.parse(body)
  expect(task.name).not.toMatch(/[\p{Cc}/\\]/u)
  expect(task.name).not.toBe('')
  expect(task.originalPath).toBe(`storage/images/${task.id}/original.jpg`)
  return task
}

describe.skipIf(!folder)('the corpus', { timeout: 60_000 }, () => {
  it('each file is accepted or refused as it deserves', async () => {
    const lines = (await readFile(join(folder ?? '', 'manifest.ndjson'), 'utf8')).split('\n').filter(Boolean)
    await forEach(lines.map((line) => JSON.parse(line) as CorpusFile), async ({ file, category, expect: verdict }) => {
      const answer = await api.upload(await readFile(join(folder ?? '', file)))
      assertCivil(answer, file)
      if (verdict === 'ok') expect({ file, status: answer.status }).toEqual({ file, status: 202 })
      // Only the pixels may still be bad: that is for the worker to find.
      else expect({ file, isVerdict: [202, 415, 422].includes(answer.status) }).toEqual({ file, isVerdict: true })
      if (verdict === 'reject' && category === 'hostile/bombs') expect({ file, status: answer.status }).toEqual({ file, status: 422 })
      if (category === 'hostile/unsupported') expect({ file, status: answer.status }).toEqual({ file, status: 415 })
    })
    await until(async () => (await api.temporaryFiles()).length === 0)
  })

  it('two files of one MD5 are two files', async () => {
    const read = (name: string) => readFile(join(folder ?? '', 'hostile/collisions', name))
    const [first, second] = await Promise.all([read('collisions-md5-1.png'), read('collisions-md5-2.png')])
    const tasks = await Promise.all([api.upload(first!), api.upload(second!)])
    const [a, b] = tasks.map(({ body }) => taskSchema.parse(body))
    expect(a?.source.md5).toBe(b?.source.md5)
    expect(a?.source.sha256).not.toBe(b?.source.sha256)
    expect((await readFile(join(api.dataDir, b?.originalPath ?? ''))).equals(second)).toBe(true)
  })
})
