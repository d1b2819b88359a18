import type { StoredFile, Task } from '@darkroom/contracts'
import { z } from 'zod'
import { addPhoto, ALBUM } from './album-world.ts'
import { json, linesOf, sendJson, type Row } from './row.ts'
import { bib, count, photo, text, time } from './shapes.ts'
import type { World } from './world.ts'

type Api = World['main']

const found = z.strictObject({
  items: z.array(z.strictObject({ bib, photo })).min(1),
  limit: z.int().min(1).max(100),
  nextCursor: text.nullable(),
})
const summary = { album: text, count: z.int().min(1), updatedAt: time, isApplied: z.boolean() }
const roster = z.strictObject({
  ...summary,
  numbers: z.array(z.strictObject({ number: z.string().regex(/^[0-9A-Z]{1,10}$/), name: text.optional() })).min(1),
})
const statuses = ['pending', 'processing', 'completed', 'failed', 'cancelled', 'expired']
const album = z.strictObject({
  album: text,
  photos: z.strictObject({
    total: count,
    counts: z.strictObject(Object.fromEntries(statuses.map((status) => [status, count]))),
  }),
  readings: z.strictObject({ total: count, toReview: count, unlisted: count }),
  roster: z.strictObject(summary).nullable(),
  links: z.strictObject({ self: text, roster: text, review: text, page: text }),
})

const albumList = z.strictObject({
  items: z.array(album.omit({ readings: true }).extend({ activeAt: time })).min(1),
  page: z.int().min(1),
  limit: z.int().min(1).max(100),
  total: count,
  totalIsExact: z.boolean(),
})

const list = linesOf('GET /api/v1/albums')
const find = linesOf('GET /api/v1/photos')
const correct = linesOf('PUT /api/v1/photos/:id/bibs')
const read = linesOf('GET /api/v1/albums/:album')
const review = linesOf('GET /api/v1/albums/:album/review')
const get = linesOf('GET /api/v1/albums/:album/roster')
const put = linesOf('PUT /api/v1/albums/:album/roster')
const remove = linesOf('DELETE /api/v1/albums/:album/roster')

const own = `/api/v1/albums/${ALBUM}`
const CSV = { 'content-type': 'text/csv' }
const ETAG = { etag: /^(W\/)?"[^"]+"$/ }
const UNKNOWN = '0'.repeat(24)
const NUMBERS = { numbers: [{ number: '587', name: 'Ana Rojas' }, { number: '1204' }] }

const putRoster = (api: Api, body: unknown, headers: Record<string, string> = json, name = 'contract') =>
  api.request(`/api/v1/albums/${name}/roster`, { method: 'PUT', ...sendJson(body, headers) })
const say = (api: Api, id: string, body: unknown, headers: Record<string, string> = json) =>
  api.request(`/api/v1/photos/${id}/bibs`, { method: 'PUT', ...sendJson(body, headers) })

/** Paths of an album without JSON, while the store is unreachable. */
const absence = (line: typeof find, method: string, path: string): Row =>
  line('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request(path, { method }))

const searchRows: Row[] = [
  find('200', 'a number', ({ main }) => main.request('/api/v1/photos?bib=587'), { body: found, headers: ETAG }),
  find(
    '200',
    'a part of a number, with all filters',
    ({ main }) => main.request(`/api/v1/photos?bib=58&match=contains&album=${ALBUM}&minConfidence=0.6&limit=100`),
    { body: found },
  ),
  find(
    '200',
    'the page after a cursor, with a Link to the next',
    async ({ main, photos }) => {
      for (let more = 0; more < 2; more++) await addPhoto(main, filesOf(photos.completed), 'paged')
      const { body } = await main.request('/api/v1/photos?bib=587&limit=1')
      return main.request(`/api/v1/photos?bib=587&limit=1&cursor=${(body as { nextCursor: string }).nextCursor}`)
    },
    { body: found, headers: { link: /^<\/api\/v1\/photos\?bib=587&limit=1&cursor=[^>]+>; rel="next"$/ } },
  ),
  find('400 INVALID_QUERY', 'without a number', ({ main }) => main.request('/api/v1/photos')),
  absence(find, 'GET', '/api/v1/photos?bib=587'),
]

const correctionRows: Row[] = [
  correct(
    '200',
    'other numbers',
    async ({ main, photos }) =>
      say(main, await addPhoto(main, filesOf(photos.completed), 'corrected'), {
        bibs: [{ number: '1204', box: { left: 10, top: 20, width: 30, height: 40 } }, { number: '12' }],
      }),
    { body: photo, headers: ETAG },
  ),
  correct('400 INVALID_JSON', 'invalid JSON', ({ main, photos }) => say(main, photos.completed.id, '{broken')),
  correct('404 TASK_NOT_FOUND', 'an unknown id', ({ main }) => say(main, UNKNOWN, { bibs: [] })),
  correct('404 TASK_NOT_FOUND', 'a task of another kind', ({ main, tasks }) =>
    say(main, tasks.completed.id, { bibs: [] }),
  ),
  correct('410 TASK_EXPIRED', 'an expired photo', ({ main, photos }) => say(main, photos.expired.id, { bibs: [] })),
  correct('412 PRECONDITION_FAILED', 'a photo that has changed since it was read', ({ main, photos }) =>
    say(main, photos.completed.id, { bibs: [] }, { ...json, 'if-match': '"old"' }),
  ),
  correct('413 BODY_TOO_LARGE', 'more than 100 KB', ({ main }) =>
    say(main, UNKNOWN, { bibs: ['x'.repeat(101 * 1024)] }),
  ),
  correct('415 NOT_JSON', 'text', ({ main }) => say(main, UNKNOWN, '{}', { 'content-type': 'text/plain' })),
  correct('415 UNSUPPORTED_ENCODING', 'an unknown encoding', ({ main }) =>
    say(main, UNKNOWN, '{}', { ...json, 'content-encoding': 'own' }),
  ),
  correct('422 INVALID_FIELD', 'no number', ({ main }) => say(main, UNKNOWN, { bibs: [{ number: '' }] })),
  correct('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => say(away, UNKNOWN, { bibs: [] })),
]

const rosterRows: Row[] = [
  get('200', 'a roster', ({ main }) => main.request(`${own}/roster`), { body: roster, headers: ETAG }),
  get('404 ROSTER_NOT_FOUND', 'an album without one', ({ main }) => main.request('/api/v1/albums/none/roster')),
  absence(get, 'GET', `${own}/roster`),

  put('200', 'CSV', ({ main }) => putRoster(main, 'number\n587\n', CSV), { body: z.strictObject(summary) }),
  put('200', 'JSON', ({ main }) => putRoster(main, NUMBERS), { body: z.strictObject(summary) }),
  put('400 INVALID_JSON', 'invalid JSON', ({ main }) => putRoster(main, '{broken')),
  put('413 BODY_TOO_LARGE', 'more than 5 MiB', ({ main }) => putRoster(main, '587\n'.repeat(1_400_000), CSV)),
  put('415 NOT_A_ROSTER', 'text', ({ main }) => putRoster(main, '587', { 'content-type': 'text/plain' })),
  put('415 UNSUPPORTED_ENCODING', 'an unknown encoding', ({ main }) =>
    putRoster(main, '587', { ...CSV, 'content-encoding': 'own' }),
  ),
  put('422 INVALID_FIELD', 'an invalid name of the album', ({ main }) => putRoster(main, NUMBERS, json, 'No%20Name')),
  put('422 INVALID_ROSTER', 'a number twice in CSV', ({ main }) => putRoster(main, 'number\n587\n587\n', CSV)),
  put('422 INVALID_ROSTER', 'no numbers in JSON', ({ main }) => putRoster(main, { numbers: [] })),
  put('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => putRoster(away, NUMBERS)),

  remove(
    '204',
    'a roster',
    async ({ main }) => {
      await putRoster(main, NUMBERS, json, 'removed')
      return main.request('/api/v1/albums/removed/roster', { method: 'DELETE' })
    },
    { body: 'nothing' },
  ),
  remove('404 ROSTER_NOT_FOUND', 'an album without one', ({ main }) =>
    main.request('/api/v1/albums/none/roster', { method: 'DELETE' }),
  ),
  absence(remove, 'DELETE', `${own}/roster`),
]

export const albumRows: Row[] = [
  ...searchRows,
  ...correctionRows,
  list('200', 'the first page', ({ main }) => main.request('/api/v1/albums'), { body: albumList, headers: ETAG }),
  list('200', 'another page', ({ main }) => main.request('/api/v1/albums?page=2&limit=1'), { body: albumList }),
  list('400 INVALID_QUERY', 'more than 100 a page', ({ main }) => main.request('/api/v1/albums?limit=101')),
  absence(list, 'GET', '/api/v1/albums'),
  read('200', 'an album', ({ main }) => main.request(own), { body: album, headers: ETAG }),
  read('404 ALBUM_NOT_FOUND', 'an unknown name', ({ main }) => main.request('/api/v1/albums/none')),
  absence(read, 'GET', own),
  review('200', 'an album', ({ main }) => main.request(`${own}/review`), { body: found }),
  review('200', 'a page of it', ({ main }) => main.request(`${own}/review?below=1&limit=1`), { body: found }),
  review('400 INVALID_QUERY', 'more than 100 a page', ({ main }) => main.request(`${own}/review?limit=101`)),
  review('404 ALBUM_NOT_FOUND', 'an unknown name', ({ main }) => main.request('/api/v1/albums/none/review')),
  absence(review, 'GET', `${own}/review`),
  ...rosterRows,
]

const filesOf = ({ files = [] }: Task): StoredFile[] =>
  files.map(({ url: _url, size: bytes, ...file }) => ({ ...file, bytes }))
