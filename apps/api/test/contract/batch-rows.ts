import type { Task } from '@darkroom/contracts'
import { filePart } from '../multipart.ts'
import { batchEventPage, batchEventStream } from './event-shapes.ts'
import { linesOf, type Row } from './row.ts'
import { batch, batchList, namesAre } from './shapes.ts'
import { knownTo } from './task-rows.ts'
import { BATCH_NAMES, type World } from './world.ts'

const UNKNOWN = `/api/v1/batches/${'0'.repeat(24)}`

const list = linesOf('GET /api/v1/batches')
const line = linesOf('GET /api/v1/batches/:id')
const events = linesOf('GET /api/v1/batches/:id/events')
const zip = linesOf('GET /api/v1/batches/:id/download')

const STREAM = { accept: 'text/event-stream' }

const allFilters = 'status=processing&createdFrom=2000-01-01T00:00:00Z&createdTo=2999-01-01T00:00:00Z'

/** Uploads of batches are with those of tasks. */
export const batchRows: Row[] = [
  list('200', 'the first page', ({ main }) => main.request('/api/v1/batches'), { body: batchList }),
  list('200', 'all filters and a page', ({ main }) => main.request(`/api/v1/batches?${allFilters}&page=1&limit=100`), {
    body: batchList,
  }),
  list(
    '200',
    'the page after a cursor, with a Link to the next',
    async ({ main }) => {
      const { body } = await main.request('/api/v1/batches?limit=1')
      return main.request(`/api/v1/batches?limit=1&cursor=${(body as { nextCursor: string }).nextCursor}`)
    },
    { body: batchList, headers: { link: /^<\/api\/v1\/batches\?limit=1&cursor=[^>]+>; rel="next"$/ } },
  ),
  list('304', 'an unchanged list', ({ main }) => knownTo(main, '/api/v1/batches?createdTo=2000-01-01T00:00:00Z'), {
    body: 'nothing',
  }),
  list('400 INVALID_QUERY', 'more than 100 a page', ({ main }) => main.request('/api/v1/batches?limit=101')),
  list('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request('/api/v1/batches')),

  line('200', 'a batch, in the order of its form', ({ main, batchId }) => main.request(`/api/v1/batches/${batchId}`), {
    body: batch.refine(namesAre(BATCH_NAMES), 'its tasks are in the order of the form'),
  }),
  line('200', 'a page of it', ({ main, batchId }) => main.request(`/api/v1/batches/${batchId}?page=1&limit=1`), {
    body: batch,
  }),
  line('400 INVALID_QUERY', 'more than 100 a page', ({ main, batchId }) =>
    main.request(`/api/v1/batches/${batchId}?limit=101`),
  ),
  line(
    '200',
    'waiting for other progress than the one that is known',
    ({ main, batchId }) =>
      main.request(`/api/v1/batches/${batchId}?wait=30&limit=1`, { headers: { 'if-none-match': '"older"' } }),
    { body: batch, headers: { etag: /^"[\w-]+"$/ } },
  ),
  line('304', 'an unchanged batch', ({ main, batchId }) => knownTo(main, `/api/v1/batches/${batchId}`), {
    body: 'nothing',
  }),
  line('400 INVALID_QUERY', 'a wait of more than 30 s', ({ main, batchId }) =>
    main.request(`/api/v1/batches/${batchId}?wait=31`),
  ),
  line('429 TOO_MANY_WAITING', 'one wait too many', ({ strict, strictBatchId }) =>
    strict.request(`/api/v1/batches/${strictBatchId}?wait=1`),
  ),
  line('404 BATCH_NOT_FOUND', 'an unknown id', ({ main }) => main.request(UNKNOWN)),
  line('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request(UNKNOWN)),

  events('200', 'the events so far', ({ main, batchId }) => main.request(`/api/v1/batches/${batchId}/events`), {
    body: batchEventPage,
    headers: { vary: /Accept/ },
  }),
  events(
    '200',
    'those after a position',
    async ({ main, batchId }) => {
      const path = `/api/v1/batches/${batchId}/events`
      return main.request(`${path}?after=${((await main.request(path)).body as { next: string }).next}`)
    },
    { body: batchEventPage.refine(({ items }) => items.length === 0, 'there are no others') },
  ),
  events(
    '200',
    'the stream',
    async ({ main, photo }) => {
      const path = await endedBatch(main, photo)
      return main.request(path, { headers: STREAM })
    },
    { body: batchEventStream, headers: { 'content-type': /^text\/event-stream/, vary: /Accept/ } },
  ),
  events(
    '204',
    'a stream without further events',
    async ({ main, photo }) => {
      const path = await endedBatch(main, photo)
      const { next } = (await main.request(path)).body as { next: string }
      return main.request(path, { headers: { ...STREAM, 'last-event-id': next } })
    },
    { body: 'nothing' },
  ),
  events('400 INVALID_QUERY', 'an unknown parameter', ({ main, batchId }) =>
    main.request(`/api/v1/batches/${batchId}/events?since=1`),
  ),
  events('404 BATCH_NOT_FOUND', 'an unknown id', ({ main }) => main.request(`${UNKNOWN}/events`)),
  events('429 TOO_MANY_WAITING', 'one stream too many', ({ strict, strictBatchId }) =>
    strict.request(`/api/v1/batches/${strictBatchId}/events`, { headers: STREAM }),
  ),
  events('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request(`${UNKNOWN}/events`)),

  zip('200', 'the archive', ({ main, endedBatchId }) => main.request(`/api/v1/batches/${endedBatchId}/download`), {
    body: 'bytes',
    headers: { 'content-type': /^application\/zip$/, 'content-disposition': /^attachment; filename=batch-\w+\.zip$/ },
  }),
  zip('404 BATCH_NOT_FOUND', 'an unknown id', ({ main }) => main.request(`${UNKNOWN}/download`)),
  zip('409 TASK_NOT_READY', 'a batch without results', ({ main, openBatchId }) =>
    main.request(`/api/v1/batches/${openBatchId}/download`),
  ),
  zip('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request(`${UNKNOWN}/download`)),
]

/** The path of the events of a batch whose only task is cancelled. */
async function endedBatch(api: World['main'], photo: Buffer): Promise<string> {
  const { body } = await api.post('/api/v1/batches', [filePart(photo)])
  const { batchId, items } = body as { batchId: string; items: { task: Task }[] }
  for (const { task } of items) await api.request(`${task.links.self}/cancel`, { method: 'POST' })
  return `/api/v1/batches/${batchId}/events`
}
