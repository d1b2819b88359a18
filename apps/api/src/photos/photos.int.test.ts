import {
  album as albumSchema,
  photoPage,
  problem,
  roster,
  rosterSummary,
  type ShownBib,
  type Task,
} from '@darkroom/contracts'
import { until } from '@darkroom/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sendRaw } from '../../test/raw-http.ts'
import { completedOf, newRecord } from '../../test/task-history.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'

let api: TestApi
let store: TaskStore

beforeAll(async () => {
  api = await startTestApi({ SWEEP_INTERVAL_MS: '100' })
  store = new TaskStore(api.database)
})
afterAll(() => api.stop())

const BOX = { left: 10, top: 20, width: 30, height: 40 }
const read = (number: string, confidence = 0.9, box = BOX): ShownBib => ({
  number,
  confidence,
  box,
  origin: 'ocr',
  raw: number,
})

/** A photo that waits to be read. */
async function newPhoto(album: string, given: Partial<TaskRecord> = {}): Promise<TaskRecord> {
  const record = newRecord({
    kind: 'photo.bibs',
    source: { bytes: 1, format: 'jpeg', width: 400, height: 300, orientation: 1, sha256: '0', album },
    nextCheckAt: new Date(Date.now() + 3_600_000),
    dispatch: { state: 'sent' },
    ...given,
  })
  await store.insert(record)
  return record
}

/** Tells the API what a worker has read. */
async function reads(photo: { id: string; epoch?: number }, bibs: ShownBib[]): Promise<Task> {
  await api.tell({ ...completedOf(photo, []), files: [], result: { bibs } })
  return becomes(photo.id, ({ status, epoch }) => status === 'completed' && epoch === (photo.epoch ?? 1))
}

const becomes = (id: string, isSo: (task: Task) => boolean): Promise<Task> =>
  until(
    async () => {
      const task = (await api.request(`/api/v1/tasks/${id}`)).body as Task
      return isSo(task) && task
    },
    { what: `the awaited state of ${id}` },
  )

async function photoOf(album: string, ...bibs: ShownBib[]): Promise<Task> {
  return reads(await newPhoto(album), bibs)
}

const bibsOf = ({ result }: Task): ShownBib[] => (result as { bibs: ShownBib[] }).bibs
const numbersOf = (task: Task): string[] => bibsOf(task).map(({ number }) => number)

const find = async (query: string) =>
  photoPage.parse((await api.agent().get(`/api/v1/photos?${query}`).expect(200)).body)
const review = async (album: string, query = '') =>
  photoPage.parse((await api.agent().get(`/api/v1/albums/${album}/review${query}`).expect(200)).body)
const found = (page: { items: { bib: ShownBib; photo: { id: string } }[] }): string[] =>
  page.items.map(({ photo }) => photo.id)

const finds = (query: string, ids: string[]): Promise<unknown> =>
  until(async () => found(await find(query)).join() === ids.join(), { what: `${query} to find ${ids.length} photos` })

const put = (album: string, csv: string) => api.agent().put(`/api/v1/albums/${album}/roster`).type('text/csv').send(csv)

async function putRoster(album: string, ...numbers: string[]): Promise<void> {
  rosterSummary.parse((await put(album, ['number', ...numbers].join('\n')).expect(200)).body)
  await isApplied(album)
}

const isApplied = (album: string): Promise<unknown> =>
  until(async () => roster.parse((await api.agent().get(`/api/v1/albums/${album}/roster`)).body).isApplied, {
    what: 'the roster to be applied',
  })

const correct = (id: string, bibs: object[], headers: Record<string, string> = {}) =>
  api.agent().put(`/api/v1/photos/${id}/bibs`).set(headers).send({ bibs })

describe('searching for a number', () => {
  it('finds the photos that show it, best first, in pages', async () => {
    const photos = [
      await photoOf('search', read('587', 0.7), read('12')),
      await photoOf('search', read('587', 0.95)),
      await photoOf('search', read('587', 0.4), read('587', 0.8)),
      await photoOf('search', read('5870', 0.99)),
    ].map(({ id }) => id)
    const best = [photos[1]!, photos[2]!, photos[0]!]
    await finds('bib=587&album=search', best)
    const first = await find('bib=587&album=search&limit=2')
    expect(found(first)).toEqual(best.slice(0, 2))
    expect(first.items[1]?.bib).toEqual(read('587', 0.8))
    const second = await find(`bib=587&album=search&limit=2&cursor=${first.nextCursor}`)
    expect([found(second), second.nextCursor]).toEqual([best.slice(2), null])
    expect(found(await find('bib=587&album=search&minConfidence=0.75'))).toEqual(best.slice(0, 2))
    expect(found(await find('bib=87&album=search'))).toEqual([])
    expect(found(await find('bib=87&album=search&match=contains'))).toEqual([photos[3], ...best])
    expect(found(await find('bib=587&album=another'))).toEqual([])
  })

  it('in all albums, and never in those of another tenant', async () => {
    const { id } = await photoOf('one', read('777'))
    const { id: other } = await photoOf('two', read('777', 0.8))
    const late = { nextCheckAt: null, readingsDueAt: new Date() }
    await newPhoto('one', { tenant: 'somebody', status: 'completed', result: { bibs: [read('777')] }, ...late })
    await until(async () => (await api.database.collection('readings').countDocuments({ number: '777' })) === 3, {
      what: 'three readings',
    })
    expect(found(await find('bib=777'))).toEqual([id, other])
  })

  it('finds neither deleted photos nor those that are read again', async () => {
    const kept = await photoOf('gone', read('31', 0.9))
    const gone = await photoOf('gone', read('31', 0.8))
    await finds('bib=31&album=gone', [kept.id, gone.id])
    await api.agent().delete(`/api/v1/tasks/${gone.id}`).expect(204)
    await finds('bib=31&album=gone', [kept.id])
    await api.agent().post(`/api/v1/tasks/${kept.id}/retry`).expect(202)
    await finds('bib=31&album=gone', [])
    await reads({ id: kept.id, epoch: 2 }, [read('32')])
    await finds('bib=32&album=gone', [kept.id])
    await until(async () => (await api.database.collection('readings').countDocuments({ album: 'gone' })) === 1, {
      what: 'no readings of earlier runs',
    })
  })

  it('finds what a process read that died before it was searchable', async () => {
    const { id } = await newPhoto('late', {
      ...{ status: 'completed', nextCheckAt: null, result: { bibs: [read('404')] }, readingsDueAt: new Date() },
    })
    await finds('bib=404', [id])
    expect((await store.find('default', id))?.readingsDueAt).toBeNull()
  })

  it.each([
    '',
    'bib=',
    'bib=5-8',
    'bib[$ne]=1',
    'bib=1&bib=2',
    'bib=5&match=contains',
    'bib=587&match=prefix',
    'bib=587&album=No Such',
    'bib=587&minConfidence=2',
    'bib=587&minConfidence=x',
    'bib=587&limit=101',
    'bib=587&cursor=x',
    'bib=587&colour=red',
  ])('?%s is refused', async (query) => {
    const { status, body } = await api.agent().get(`/api/v1/photos?${query}`)
    expect([status, problem.parse(body).code]).toEqual([400, 'INVALID_QUERY'])
  })
})

describe('a roster', () => {
  it('corrects what is read after it, in the same write', async () => {
    await putRoster('before', '587', '1204')
    const task = await photoOf('before', read('1284'), read('587'), read('999'))
    expect(bibsOf(task)).toEqual([
      { ...read('1284'), number: '1204', origin: 'roster' },
      read('587'),
      { ...read('999'), unlisted: true },
    ])
    await finds('bib=1204&album=before', [task.id])
  })

  it('corrects what was read before it, and again when it is replaced', async () => {
    const { id } = await photoOf('after', read('1284', 0.9), read('587', 0.85))
    const other = await photoOf('other', read('1284'))
    await putRoster('after', '587', '1204')
    expect(numbersOf(await becomes(id, (task) => bibsOf(task)[0]?.origin === 'roster'))).toEqual(['1204', '587'])
    await finds('bib=1204&album=after', [id])
    await finds('bib=1284&album=after', [])
    await putRoster('after', '587', '5555')
    await finds('bib=1204&album=after', [])
    const [unlisted] = bibsOf(await becomes(id, (task) => bibsOf(task)[0]?.unlisted === true))
    expect(unlisted).toEqual({ ...read('1284', 0.9), unlisted: true })
    expect(found(await find('bib=1284&album=other'))).toEqual([other.id])
  })

  it('leaves no trace when it is removed', async () => {
    await putRoster('removed', '1204')
    const { id } = await photoOf('removed', read('1284'), read('587'))
    await finds('bib=1204&album=removed', [id])
    await api.agent().delete('/api/v1/albums/removed/roster').expect(204)
    expect(bibsOf(await becomes(id, (task) => numbersOf(task)[0] === '1284'))).toEqual([read('1284'), read('587')])
    await finds('bib=1284&album=removed', [id])
    await api.agent().get('/api/v1/albums/removed/roster').expect(404)
    await api.agent().delete('/api/v1/albums/removed/roster').expect(404)
    await until(async () => (await api.database.collection('rosters').countDocuments({ album: 'removed' })) === 0, {
      what: 'the removal of the document',
    })
  })

  it('is applied by another process if the first one died', async () => {
    const photos = [await photoOf('died', read('1284')), await photoOf('died', read('1284'))].toSorted((a, b) =>
      a.id < b.id ? -1 : 1,
    )
    const now = new Date()
    const state = { version: 'a', count: 1, updatedAt: now, applyAt: now, applyAfter: photos[0]!.id }
    await api.database.collection('rosters').insertOne({
      _id: 'default/died',
      tenant: 'default',
      album: 'died',
      numbers: ['1204'],
      names: [''],
      ...state,
    } as never)
    await isApplied('died')
    const [first, second] = await Promise.all(photos.map(({ id }) => becomes(id, () => true)))
    expect([numbersOf(first!), numbersOf(second!)]).toEqual([['1284'], ['1204']])
  })

  it('is returned as it was put, with names, from CSV or JSON', async () => {
    await put('names', 'number;name\n587;"Rojas; Ana"\n12;\n').expect(200)
    const entries = [{ number: '587', name: 'Rojas; Ana' }, { number: '12' }]
    const get = async () => roster.parse((await api.agent().get('/api/v1/albums/names/roster').expect(200)).body)
    expect(await get()).toMatchObject({ album: 'names', count: 2, numbers: entries })
    await api.agent().put('/api/v1/albums/names/roster').send({ numbers: entries.toReversed() }).expect(200)
    expect((await get()).numbers).toEqual(entries.toReversed())
  })

  it.each([
    ['no CSV', 'a,b\n1,2\n', /line 1/],
    ['an empty number', 'number\n587\n\n" "\n', /line 4: the number is empty/],
    ['a number twice', 'number\n587\n587\n', /line 3: the number 587 is already in line 2/],
  ])('with %s is refused, and the line is named', async (_what, csv, detail) => {
    const { body } = await put('refused', csv).expect(422)
    expect(problem.parse(body)).toMatchObject({ code: 'INVALID_ROSTER', detail: expect.stringMatching(detail) })
    await api.agent().get('/api/v1/albums/refused').expect(404)
  })

  it('of 200 MB is refused before it is read', async () => {
    const head = [
      'PUT /api/v1/albums/huge/roster HTTP/1.1',
      `Host: 127.0.0.1:${api.port}`,
      'Content-Type: text/csv',
      `Content-Length: ${200 * 1024 * 1024}`,
    ]
    const answer = await sendRaw(api.port, `${head.join('\r\n')}\r\n\r\nnumber\n`)
    expect(answer).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } })
    await api.agent().get('/api/v1/albums/huge').expect(404)
  })
})

describe("a person's correction", () => {
  it('wins over every later run, retry and roster', async () => {
    const { id } = await photoOf('person', read('1284', 0.5), read('12', 0.9))
    const said = await correct(id, [{ number: '1204', box: BOX }, { number: 'f12' }]).expect(200)
    expect(bibsOf(said.body as Task)).toEqual([
      { number: '1204', confidence: 1, origin: 'person', box: BOX, raw: '1284' },
      { number: 'F12', confidence: 1, origin: 'person' },
    ])
    expect(found(await find('bib=1204&album=person'))).toEqual([id])
    expect(found(await find('bib=1284&album=person'))).toEqual([])
    await putRoster('person', '1284', '12')
    await api.agent().post(`/api/v1/tasks/${id}/retry`).expect(202)
    expect(found(await find('bib=1204&album=person'))).toEqual([id])
    expect(numbersOf(await reads({ id, epoch: 2 }, [read('1284')]))).toEqual(['1204', 'F12'])
    await until(async () => (await store.find('default', id))?.readingsDueAt === null, { what: 'the readings' })
    expect(found(await find('bib=1284&album=person'))).toEqual([])
    expect(found(await find('bib=F12&album=person'))).toEqual([id])
  })

  it('takes the photo off the list to review, even if it has no numbers', async () => {
    const [unlisted, doubtful, sure] = [
      await photoOf('review', read('99999', 0.97)),
      await photoOf('review', read('587', 0.6)),
      await photoOf('review', read('1204', 0.9)),
    ]
    await putRoster('review', '587', '1204')
    await until(async () => found(await review('review')).join() === [unlisted!.id, doubtful!.id].join(), {
      what: 'two readings to review',
    })
    const first = await review('review', '?limit=1')
    expect(found(await review('review', `?limit=1&cursor=${first.nextCursor}`))).toEqual([doubtful!.id])
    expect(found(await review('review', '?below=0.95'))).toEqual([unlisted!.id, doubtful!.id, sure!.id])
    const { body } = await api.agent().get('/api/v1/albums/review').expect(200)
    expect(albumSchema.strict().parse(body)).toMatchObject({
      photos: { total: 3, counts: { completed: 3 } },
      readings: { total: 3, toReview: 2, unlisted: 1 },
      roster: { count: 2, isApplied: true },
    })
    await correct(unlisted!.id, []).expect(200)
    await correct(doubtful!.id, [{ number: '587' }]).expect(200)
    expect(found(await review('review'))).toEqual([])
  })

  it('is refused if the photo has changed since it was read, expired, or is none', async () => {
    const { id } = await photoOf('refusals', read('587'))
    await correct(id, [], { 'if-match': '"old"' }).expect(412)
    await correct(id, [], { 'if-match': 'old' }).expect(400)
    const { headers } = await api.agent().get(`/api/v1/tasks/${id}`)
    await correct(id, [], { 'if-match': headers['etag'] as string }).expect(200)
    const expired = await newPhoto('refusals', { status: 'expired' })
    await correct(expired.id, []).expect(410)
    const other = newRecord()
    await store.insert(other)
    await correct(other.id, []).expect(404)
    await correct('f'.repeat(24), []).expect(404)
    const mine = await newPhoto('refusals', { tenant: 'somebody' })
    await correct(mine.id, []).expect(404)
  })

  it.each([
    [[{ number: 'f12' }, { number: '587' }, { number: 'F12' }], '/bibs/2/number', 'send it once'],
    [[{ number: '587', box: { ...BOX, width: 9_999_999 } }], '/bibs/0/box', 'outside of the photo'],
    [[{ number: '587' }, { number: '1', box: { ...BOX, top: 1e308 } }], '/bibs/1/box', 'outside of the photo'],
  ])('with a repeated number or a box outside of the photo is refused: %j', async (bibs, pointer, detail) => {
    const { id } = await photoOf('refusals', read('587'))
    const { status, body } = await correct(id, bibs)
    expect([status, problem.parse(body).errors]).toEqual([422, [{ pointer, detail: expect.stringContaining(detail) }]])
  })

  it('may name a number twice, in two places', async () => {
    const { id } = await photoOf('two-places', read('587'))
    const { body } = await correct(id, [
      { number: '587', box: BOX },
      { number: '587', box: { ...BOX, left: BOX.left + 1 } },
    ]).expect(200)
    expect((body as Task).result).toMatchObject({ bibs: [{ number: '587' }, { number: '587' }] })
  })

  it.each([[{ number: '' }], [{ number: '5 8' }], [{ number: 587 }], [{ number: '1', box: { left: 1 } }], [{}]])(
    'cannot be %j',
    async (bib) => {
      const { status, body } = await correct('f'.repeat(24), [bib])
      expect([status, problem.parse(body).code]).toEqual([422, 'INVALID_FIELD'])
    },
  )
})
