import { albumList, problem, type AlbumList } from '@darkroom/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { newRecord } from '../../test/task-history.ts'
import { TaskStore } from '../tasks/task-store.ts'
import type { TaskRecord } from '../tasks/task.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const upload = (album: string, createdAt: string, given: Partial<TaskRecord> = {}): Promise<TaskRecord> =>
  new TaskStore(api.database).insert(
    newRecord({
      kind: 'photo.bibs',
      source: { bytes: 1, format: 'jpeg', width: 400, height: 300, orientation: 1, sha256: '0', album },
      createdAt: new Date(createdAt),
      nextCheckAt: null,
      ...given,
    }),
  )

const list = async (query = ''): Promise<AlbumList> =>
  albumList.strict().parse((await api.request(`/api/v1/albums${query}`)).body)

const namesOf = ({ items }: AlbumList): string[] => items.map(({ album }) => album)

it('there may be none', async () => {
  expect(await list()).toEqual({ items: [], page: 1, limit: 20, total: 0, totalIsExact: true })
})

it('albums are listed with their counts, those with the latest photo or roster first', async () => {
  await upload('lisboa', '2026-03-01T00:00:00Z')
  await upload('valencia', '2026-05-01T00:00:00Z', { status: 'completed' })
  await upload('lisboa', '2026-06-01T00:00:00Z')
  await upload('porto', '2026-04-01T00:00:00Z')
  await upload('madrid', '2026-06-02T00:00:00Z', { tenant: 'another' })
  const photos = await list()
  expect(namesOf(photos)).toEqual(['lisboa', 'valencia', 'porto'])
  expect(photos).toMatchObject({ total: 3, totalIsExact: true })
  expect(photos.items[0]).toMatchObject({
    activeAt: '2026-06-01T00:00:00.000Z',
    photos: { total: 2, counts: { pending: 2, completed: 0 } },
    roster: null,
    links: { self: '/api/v1/albums/lisboa', page: '/albums/lisboa' },
  })
  expect(photos.items[1]).toMatchObject({ photos: { total: 1, counts: { completed: 1 } } })

  const headers = { 'content-type': 'text/csv' }
  for (const album of ['porto', 'faro'])
    await api.request(`/api/v1/albums/${album}/roster`, { method: 'PUT', headers, body: 'number\n587\n' })
  const all = await list()
  expect(namesOf(all)).toEqual(['faro', 'porto', 'lisboa', 'valencia'])
  expect(all.items[0]).toMatchObject({ photos: { total: 0 }, roster: { count: 1 } })
  expect(namesOf(await list('?limit=3&page=2'))).toEqual(['valencia'])
  expect(await list('?limit=3&page=2')).toMatchObject({ page: 2, limit: 3, total: 4 })

  await api.request('/api/v1/albums/faro/roster', { method: 'DELETE' })
  expect(namesOf(await list())).toEqual(['porto', 'lisboa', 'valencia'])
})

it.each(['limit=101', 'cursor=a', 'album=lisboa'])('?%s is refused', async (query) => {
  const { status, body } = await api.request(`/api/v1/albums?${query}`)
  expect([status, problem.parse(body).code]).toEqual([400, 'INVALID_QUERY'])
})
