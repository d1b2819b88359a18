import { ALBUM } from './album-world.ts'
import { eventPage, eventStream, logWith } from './event-shapes.ts'
import { json, linesOf, sendJson, type Row } from './row.ts'
import { downloadUrl, namesAre, task, taskPage } from './shapes.ts'
import { BATCH_NAMES, type World } from './world.ts'

const UNKNOWN = `/api/v1/tasks/${'0'.repeat(24)}`
const ETAG = { etag: /^"[\w-]+"$/ }
const RETRY_AFTER = { 'retry-after': /^[1-9]\d*$/ }
const tooLong = JSON.stringify({ name: 'x'.repeat(101 * 1024) })

type Ask = (world: World) => RequestInit

/** The rows that every path of a task has: an unknown task, and an unreachable store. */
function absences(method: string, end = '', init: Ask = () => ({})): Row[] {
  const line = linesOf(`${method} /api/v1/tasks/:id${end}`)
  return [
    line('404 TASK_NOT_FOUND', 'an unknown id', (world) =>
      world.main.request(UNKNOWN + end, { method, ...init(world) }),
    ),
    line('503 STORE_UNAVAILABLE', 'while the store is unreachable', (world) =>
      world.away.request(UNKNOWN + end, { method, ...init(world) }),
    ),
  ]
}

/** Why a JSON body may be refused. */
function badJson(method: string, end = ''): Row[] {
  const line = linesOf(`${method} /api/v1/tasks/:id${end}`)
  const send =
    (...body: Parameters<typeof sendJson>) =>
    ({ main, tasks }: World) =>
      main.request(tasks.completed.links.self + end, { method, ...sendJson(...body) })
  return [
    line('400 INVALID_JSON', 'invalid JSON', send('{broken')),
    line('413 BODY_TOO_LARGE', 'more than 100 KB', send(tooLong)),
    line('415 NOT_JSON', 'text', send('{}', { 'content-type': 'text/plain' })),
    line('415 UNSUPPORTED_ENCODING', 'an unknown encoding', send('{}', { ...json, 'content-encoding': 'own' })),
    line('422 INVALID_FIELD', 'an unknown field', send({ colour: 'red' })),
  ]
}

const list = linesOf('GET /api/v1/tasks')
const read = linesOf('GET /api/v1/tasks/:id')
const change = linesOf('PATCH /api/v1/tasks/:id')
const remove = linesOf('DELETE /api/v1/tasks/:id')
const cancel = linesOf('POST /api/v1/tasks/:id/cancel')
const retry = linesOf('POST /api/v1/tasks/:id/retry')
const sign = linesOf('POST /api/v1/tasks/:id/download-url')
const events = linesOf('GET /api/v1/tasks/:id/events')
const latest = linesOf('GET /api/v1/events')

/** Every type of event, and a task that has one. */
const EVENTS = [
  ['pending', 'task.created'],
  ['processing', 'task.processing'],
  ['retrying', 'task.progress'],
  ['retrying', 'task.retry'],
  ['completed', 'task.completed'],
  ['failed', 'task.failed'],
  ['cancelled', 'task.cancelled'],
  ['expired', 'task.expired'],
] as const

const allFilters =
  'status=failed&kind=image.optimize&priority=interactive&createdFrom=2000-01-01T00:00:00Z&createdTo=2999-01-01T00:00:00Z&code=IMAGE_CORRUPT&workerId=test-worker'

export const taskRows: Row[] = [
  list('200', 'the first page', ({ main }) => main.request('/api/v1/tasks'), { body: taskPage }),
  list('200', 'all filters and a page', ({ main }) => main.request(`/api/v1/tasks?${allFilters}&page=1&limit=100`), {
    body: taskPage,
  }),
  list(
    '200',
    'tasks of a batch, in the order of its form',
    ({ main, batchId }) => main.request(`/api/v1/tasks?batchId=${batchId}`),
    {
      body: taskPage.refine(namesAre(BATCH_NAMES), 'the tasks are in the order of the form'),
    },
  ),
  list('200', 'photos of an album', ({ main }) => main.request(`/api/v1/tasks?album=${ALBUM}&limit=100`), {
    body: taskPage.refine(
      ({ items }) => items.length > 0 && items.every(({ source }) => 'album' in source && source.album === ALBUM),
      'all are of the album',
    ),
  }),
  list('400 INVALID_QUERY', 'an invalid album', ({ main }) => main.request('/api/v1/tasks?album=No%20Name')),
  list(
    '200',
    'the page after a cursor, with a Link to the next',
    async ({ main }) => {
      const { body } = await main.request('/api/v1/tasks?limit=1')
      return main.request(`/api/v1/tasks?limit=1&cursor=${(body as { nextCursor: string }).nextCursor}`)
    },
    { body: taskPage, headers: { link: /^<\/api\/v1\/tasks\?limit=1&cursor=[^>]+>; rel="next"$/ } },
  ),
  list(
    '304',
    'an unchanged list',
    async ({ main }) => {
      const known = (await main.request('/api/v1/tasks?status=failed')).headers.get('etag') ?? ''
      return main.request('/api/v1/tasks?status=failed', { headers: { 'if-none-match': known } })
    },
    { body: 'nothing' },
  ),
  list('200', 'by the code of their error', ({ main }) => main.request('/api/v1/tasks?code=IMAGE_CORRUPT'), {
    body: taskPage.refine(({ items }) => items.every(({ error }) => error?.code === 'IMAGE_CORRUPT')),
  }),
  list('200', 'by their worker', ({ main }) => main.request('/api/v1/tasks?workerId=test-worker'), {
    body: taskPage.refine(({ items }) => items.every(({ workerId }) => workerId === 'test-worker')),
  }),
  list('400 INVALID_QUERY', 'an invalid code', ({ main }) => main.request('/api/v1/tasks?code=corrupt')),
  list('400 INVALID_QUERY', 'an invalid worker', ({ main }) => main.request('/api/v1/tasks?workerId=a%20b')),
  list('200', 'a search', ({ main }) => main.request('/api/v1/tasks?q=photo%20jpg'), { body: taskPage }),
  list('400 INVALID_QUERY', 'an empty search', ({ main }) => main.request('/api/v1/tasks?q=%20')),
  list('400 INVALID_QUERY', 'more than 100 a page', ({ main }) => main.request('/api/v1/tasks?limit=101')),
  list('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request('/api/v1/tasks')),

  read('200', 'by its id', ({ main, tasks }) => main.request(tasks.completed.links.self), {
    body: task,
    headers: ETAG,
  }),
  read('200', 'by its job id', ({ main, tasks }) => main.request(`/api/v1/tasks/${tasks.failed.jobId}`), {
    body: task,
    headers: ETAG,
  }),
  read('200', 'a task that waits for its next attempt', ({ main, tasks }) => main.request(tasks.retrying.links.self), {
    body: task,
  }),
  read('200', 'an expired task', ({ main, tasks }) => main.request(tasks.expired.links.self), { body: task }),
  read(
    '200',
    'waiting for a task that has ended',
    ({ main, tasks }) => main.request(`${tasks.cancelled.links.self}?wait=30`),
    {
      body: task,
      headers: ETAG,
    },
  ),
  read('304', 'an unchanged task', ({ main, tasks }) => knownTo(main, tasks.completed.links.self), {
    body: 'nothing',
    headers: ETAG,
  }),
  read('400 INVALID_QUERY', 'a wait of more than 30 s', ({ main, tasks }) =>
    main.request(`${tasks.pending.links.self}?wait=31`),
  ),
  read('429 TOO_MANY_WAITING', 'one wait too many', ({ strict, strictTask }) =>
    strict.request(`${strictTask.links.self}?wait=1`),
  ),
  ...absences('GET'),

  change(
    '200',
    'all changeable fields',
    async ({ main, fresh }) => {
      const changes = { name: 'another', metadata: { a: 1 }, ttlSeconds: 60 }
      return main.request((await fresh('pending')).links.self, { method: 'PATCH', ...sendJson(changes) })
    },
    { body: task, headers: ETAG },
  ),
  change('410 TASK_EXPIRED', 'more time for an expired task', ({ main, tasks }) =>
    main.request(tasks.expired.links.self, { method: 'PATCH', ...sendJson({ ttlSeconds: 60 }) }),
  ),
  change('412 PRECONDITION_FAILED', 'a task that has changed since it was read', ({ main, tasks }) =>
    main.request(tasks.completed.links.self, {
      method: 'PATCH',
      ...sendJson({ name: 'x' }, { ...json, 'if-match': '"old"' }),
    }),
  ),
  change('400 INVALID_REQUEST', 'an If-Match that is not an ETag', ({ main, tasks }) =>
    main.request(tasks.completed.links.self, {
      method: 'PATCH',
      ...sendJson({ name: 'x' }, { ...json, 'if-match': 'old' }),
    }),
  ),
  ...badJson('PATCH'),
  ...absences('PATCH', '', () => sendJson({ name: 'x' })),

  remove(
    '204',
    'a finished task',
    async ({ main, fresh }) => main.request((await fresh('completed')).links.self, { method: 'DELETE' }),
    {
      body: 'nothing',
    },
  ),
  remove(
    '204',
    'a pending task',
    async ({ main, fresh }) => main.request((await fresh('pending')).links.self, { method: 'DELETE' }),
    {
      body: 'nothing',
    },
  ),
  remove('409 TASK_PROCESSING', 'a running task', ({ main, tasks }) =>
    main.request(tasks.processing.links.self, { method: 'DELETE' }),
  ),
  ...absences('DELETE'),

  cancel('202', 'a pending task', async ({ main, fresh }) => act(main, await fresh('pending'), 'cancel'), {
    body: task,
    headers: ETAG,
  }),
  cancel('202', 'a running task', async ({ main, fresh }) => act(main, await fresh('processing'), 'cancel'), {
    body: task,
    headers: ETAG,
  }),
  cancel('409 TASK_FINAL', 'a finished task', ({ main, tasks }) => act(main, tasks.completed, 'cancel')),
  ...absences('POST', '/cancel'),

  retry('202', 'a cancelled task', async ({ main, fresh }) => act(main, await fresh('cancelled'), 'retry'), {
    body: task,
    headers: { ...ETAG, ...RETRY_AFTER, location: /^\/api\/v1\/tasks\/[0-9a-f]{24}$/ },
  }),
  retry('202', 'a completed task', async ({ main, fresh }) => act(main, await fresh('completed'), 'retry'), {
    body: task,
  }),
  retry('409 TASK_NOT_FINAL', 'a running task', ({ main, tasks }) => act(main, tasks.processing, 'retry')),
  retry('410 TASK_EXPIRED', 'an expired task', ({ main, tasks }) => act(main, tasks.expired, 'retry')),
  ...absences('POST', '/retry'),

  sign('200', 'the largest variant, for an hour', ({ main, tasks }) => signed(main, tasks.completed), {
    body: downloadUrl,
  }),
  sign(
    '200',
    'a given variant, for a given time',
    ({ main, tasks }) => signed(main, tasks.completed, { resolution: '800', expiresInSeconds: 60 }),
    {
      body: downloadUrl,
    },
  ),
  sign(
    '200',
    'without a body',
    ({ main, tasks }) => main.request(`${tasks.completed.links.self}/download-url`, { method: 'POST' }),
    { body: downloadUrl },
  ),
  sign('409 SIGNING_DISABLED', 'without keys', ({ strict, strictTask }) => signed(strict, strictTask)),
  ...badJson('POST', '/download-url'),
  ...absences('POST', '/download-url', () => sendJson({})),

  ...EVENTS.map(([which, type]) =>
    events('200', `the log with ${type}`, ({ main, tasks }) => main.request(tasks[which].links.events), {
      body: logWith(type),
      headers: { vary: /Accept/ },
    }),
  ),
  events(
    '200',
    'the stream',
    ({ main, tasks }) => main.request(tasks.failed.links.events, { headers: { accept: 'text/event-stream' } }),
    {
      body: eventStream,
      headers: { 'content-type': /^text\/event-stream/, vary: /Accept/ },
    },
  ),
  events(
    '204',
    'a stream without further events',
    ({ main, tasks }) =>
      main.request(tasks.failed.links.events, {
        headers: { accept: 'text/event-stream', 'last-event-id': '1.999999999' },
      }),
    { body: 'nothing' },
  ),
  events('429 TOO_MANY_WAITING', 'one stream too many', ({ strict, strictTask }) =>
    strict.request(strictTask.links.events, { headers: { accept: 'text/event-stream' } }),
  ),
  ...absences('GET', '/events'),

  latest('200', 'a place to start from', ({ main }) => main.request('/api/v1/events'), {
    body: eventPage,
    headers: { vary: /Accept/ },
  }),
  latest(
    '200',
    'events after the position of another process',
    ({ main }) => main.request('/api/v1/events?after=000000000000-1'),
    { body: eventPage },
  ),
  latest('400 INVALID_QUERY', 'a position that is none', ({ main }) =>
    main.request(`/api/v1/events?after=${'1'.repeat(50)}`),
  ),
  latest('429 TOO_MANY_WAITING', 'one stream too many', ({ strict }) =>
    strict.request('/api/v1/events', { headers: { accept: 'text/event-stream' } }),
  ),
]

type Api = World['main']
type AnyTask = World['strictTask']

const act = (api: Api, { links }: AnyTask, what: 'cancel' | 'retry') =>
  api.request(`${links.self}/${what}`, { method: 'POST' })

const signed = (api: Api, { links }: AnyTask, fields: object = {}) =>
  api.request(`${links.self}/download-url`, { method: 'POST', ...sendJson(fields) })

export async function knownTo(api: Api, path: string) {
  const etag = (await api.request(path)).headers.get('etag') ?? ''
  return api.request(path, { headers: { 'if-none-match': etag } })
}
