import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { problem, task as taskSchema, type Task, toStoredFile } from '@darkroom/contracts'
import { corpusFolder, sampleJpeg, until } from '@darkroom/testing'
import { parse as parseDisposition } from 'content-disposition'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fieldPart, filePart, type Part } from '../../test/multipart.ts'
import { startTestApi, type Answer, type TestApi } from '../../test/start-test-api.ts'
import { newRecord, variantOf } from '../../test/task-history.ts'
import { cleanName } from '../tasks/clean-name.ts'
import { TaskStore } from '../tasks/task-store.ts'

interface CorpusFile {
  file: string
  category: string
  expect: 'ok' | 'reject' | 'either'
}

const folder = corpusFolder()
if (!folder) console.log('No corpus of hostile files: set DARKROOM_CORPUS to its folder to test with one.')

/** A few of every kind, in case the corpus is not available. */
const someNames = [
  '',
  '.',
  '..',
  '../../etc/passwd',
  'a\0b',
  'a\r\nX: y',
  '%00',
  '\u202e',
  '\ud800',
  '🙂'.repeat(300),
  '"; filename="b',
  "'; DROP TABLE x",
  '{"$gt":""}',
]

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
  const lists = ['filenames', 'strings', 'nosql'].map(
    async (name) => JSON.parse(await readFile(join(corpus, 'names', `${name}.json`), 'utf8')) as string[],
  )
  return [...someNames, ...(await Promise.all(lists)).flat()]
}

/** Whether a response is not a server error and, if it is an error, is a valid problem. */
const isCivil = ({ status, body }: Answer): boolean =>
  status < 400 || (status < 500 && problem.strict().safeParse(body).success)

/** The names that caused a server error, or an error that is not a problem. */
async function faultsOver(all: readonly string[], answersTo: (name: string) => Promise<Answer[]>): Promise<unknown[]> {
  const faults: unknown[] = []
  await forEach(all, async (name) => {
    for (const answer of await answersTo(name))
      if (!isCivil(answer)) faults.push({ name, status: answer.status, body: answer.body })
  })
  return faults
}

/** Several at a time, so that hundreds of items take seconds instead of minutes. */
async function forEach<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: 8 }, worker))
}

const post = (parts: Part[]) => api.post('/api/v1/tasks', parts)

describe('hostile names', { timeout: 120_000 }, () => {
  it('as file names and in the metadata, raw and as escaped by browsers', async () => {
    const faults = await faultsOver(names, async (name) => {
      const value = fieldPart('metadata', JSON.stringify({ value: name, list: [name] }))
      const key = fieldPart('metadata', JSON.stringify({ [name]: { [name]: 1 } }))
      const escaped = name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22')
      return [await post([value, filePart(photo, name)]), await post([key, filePart(photo, escaped)])]
    })
    expect(faults).toEqual([])
  })

  it('as the name field, next to metadata that is kept unchanged or refused if it is not Unicode', async () => {
    await forEach(names, async (name) => {
      if (!name.isWellFormed()) {
        const refused = await post([fieldPart('metadata', JSON.stringify({ value: name })), filePart(photo)])
        expect({ name, status: refused.status }).toEqual({ name, status: 422 })
        return
      }
      const fields = [fieldPart('name', name.slice(0, 255)), fieldPart('metadata', JSON.stringify({ value: name }))]
      const answer = await post([...fields, filePart(photo)])
      expect({ name, status: answer.status }).toEqual({ name, status: 202 })
      const { id } = assertHarmless(answer.body)
      const stored = (await api.request(`/api/v1/tasks/${id}`)).body as Task
      expect(stored).toMatchObject({
        metadata: { value: name },
        name: cleanName(name.slice(0, 255).trim() || 'photo.jpg'),
      })
    })
  })

  it('as the name of a download', async () => {
    const variant = variantOf('1024', 768, 'c'.repeat(32), photo.length)
    await api.storage.put(variant.path, photo)
    const store = new TaskStore(api.database)
    await forEach(names, async (name) => {
      const task = newRecord({
        status: 'completed',
        nextCheckAt: null,
        files: [toStoredFile(variant)],
        name: cleanName(name),
      })
      await store.insert(task)
      const { status, headers } = await api.request(`/api/v1/tasks/${task.id}/download`)
      expect({ name, status }).toEqual({ name, status: 200 })
      expect(parseDisposition(headers.get('content-disposition') ?? '').type).toBe('attachment')
      expect(headers.get('set-cookie')).toBeNull()
    })
  })

  it('as names and values of other fields', async () => {
    const faults = await faultsOver(names, (name) => {
      const fields = ['priority', 'kind', 'ttlSeconds', 'metadata'].map((field) => fieldPart(field, name))
      return Promise.all(
        [...fields, fieldPart(name.replaceAll('"', '%22'), 'x')].map((field) => post([field, filePart(photo)])),
      )
    })
    expect(faults).toEqual([])
  })

  it('as values and keys of queries', async () => {
    const all = ['status', 'kind', 'priority', 'createdFrom', 'createdTo', 'page', 'limit']
    const faults = await faultsOver(names, (name) => {
      const value = encodeURIComponent(name.toWellFormed())
      const queries = [all.map((query) => `${query}=${value}`).join('&'), `cursor=${value}`, `${value}=1`]
      const jobs = `/api/v1/queues/${api.names.queue}/jobs?state=${value}&start=${value}`
      return Promise.all([...queries.map((query) => `/api/v1/tasks?${query}`), jobs].map((path) => api.request(path)))
    })
    expect(faults).toEqual([])
  })

  it('as ids of all kinds', async () => {
    const faults = await faultsOver(names, (name) => {
      const id = encodeURIComponent(name.toWellFormed())
      const paths = [
        `/api/v1/tasks/${id}`,
        `/api/v1/tasks/${id}/download`,
        `/api/jobs/${id}/status`,
        `/api/v1/queues/${id}/stats`,
      ]
      return Promise.all(paths.map((path) => api.request(path)))
    })
    expect(faults).toEqual([])
  })

  it('create no file outside the documented folders', async () => {
    const originals = await api.filesIn('storage')
    for (const file of originals) expect(file).toMatch(/\/storage\/images\/[0-9a-f]{24}\/original\.jpg$/)
    await until(async () => (await api.temporaryFiles()).length === 0)
    const others = (await api.filesIn('')).filter((file) => !originals.includes(file))
    expect(others.map((file) => relative(api.dataDir, file)).toSorted()).toEqual([
      '.darkroom.json',
      `output/photo/1024/${'c'.repeat(32)}.jpg`,
    ])
  })
})

/**
 * Accepted tasks show a name without folders and control characters, and are stored under a path
 * that we created.
 */
function assertHarmless(body: unknown): Task {
  const task = taskSchema.parse(body)
  expect(task.name).not.toMatch(/[\p{Cc}/\\]/u)
  expect(task.name).not.toBe('')
  expect(task.originalPath).toBe(`storage/images/${task.id}/original.jpg`)
  return task
}

describe.skipIf(!folder)('the corpus', { timeout: 120_000 }, () => {
  it('each file is accepted or refused as expected', async () => {
    const lines = (await readFile(join(folder ?? '', 'manifest.ndjson'), 'utf8')).split('\n').filter(Boolean)
    await forEach(
      lines.map((line) => JSON.parse(line) as CorpusFile),
      async ({ file, category, expect: verdict }) => {
        const answer = await api.upload(await readFile(join(folder ?? '', file)))
        expect({ file, isCivil: isCivil(answer) }).toEqual({ file, isCivil: true })
        if (verdict === 'ok') expect({ file, status: answer.status }).toEqual({ file, status: 202 })
        // Only the pixels may still be invalid, which the worker will find.
        else expect({ file, isVerdict: [202, 415, 422].includes(answer.status) }).toEqual({ file, isVerdict: true })
        if (verdict === 'reject' && category === 'hostile/bombs')
          expect({ file, status: answer.status }).toEqual({ file, status: 422 })
        if (category === 'hostile/unsupported') expect({ file, status: answer.status }).toEqual({ file, status: 415 })
      },
    )
    await until(async () => (await api.temporaryFiles()).length === 0)
  })

  it('two files with the same MD5 are two files', async () => {
    const read = (name: string) => readFile(join(folder ?? '', 'hostile/collisions', name))
    const [first, second] = await Promise.all([read('collisions-md5-1.png'), read('collisions-md5-2.png')])
    const tasks = await Promise.all([api.upload(first!), api.upload(second!)])
    const [a, b] = tasks.map(({ body }) => taskSchema.parse(body))
    expect(a?.source.sha256).not.toBe(b?.source.sha256)
    expect((await readFile(join(api.dataDir, b?.originalPath ?? ''))).equals(second)).toBe(true)
  })
})
