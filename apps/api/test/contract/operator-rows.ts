import { z } from 'zod'
import { json, linesOf, sendJson, type Row } from './row.ts'
import {
  deadLetterGroups,
  health,
  healthWithoutStores,
  html,
  metrics,
  notReady,
  queueJobs,
  queueList,
  queueLoad,
  queueStats,
  replayReport,
  stats,
  statusIs,
  taskPage,
  usage,
  workerList,
} from './shapes.ts'
import { ADMIN_TOKEN, type World } from './world.ts'

const operator = { authorization: `Bearer ${ADMIN_TOKEN}` }
const CHALLENGE = { 'www-authenticate': /^Bearer realm="darkroom"/ }
const queueOf = (api: World['main'], end: string): string => `/api/v1/queues/${api.names.queue}${end}`

/** Requests without permission to administer. */
function strangers(route: string, pathOf: (api: World['main']) => string, init: RequestInit = {}): Row[] {
  const [method = ''] = route.split(' ')
  const line = linesOf(route)
  const ask = (api: World['main'], headers: Record<string, string>) =>
    api.request(pathOf(api), { method, ...init, headers: { ...(init.headers as Record<string, string>), ...headers } })
  const isRead = method === 'GET'
  return [
    line('401 KEY_REQUIRED', 'without the token', ({ main }) => ask(main, {}), { headers: CHALLENGE }),
    line('401 KEY_REQUIRED', 'with another token', ({ main }) => ask(main, { authorization: 'Bearer another' }), {
      headers: CHALLENGE,
    }),
    line('401 KEY_REQUIRED', 'anybody if no token is set', ({ strict }) => ask(strict, {}), {
      headers: CHALLENGE,
    }),
    ...(isRead
      ? []
      : [
          line('403 CROSS_SITE_REQUEST', 'a page of another site', ({ strict }) =>
            ask(strict, { origin: 'http://other.test' }),
          ),
        ]),
  ]
}

function queueRows(): Row[] {
  const list = linesOf('GET /api/v1/queues')
  const workers = linesOf('GET /api/v1/workers')
  const numbers = linesOf('GET /api/v1/queues/:name/stats')
  const load = linesOf('GET /api/v1/queues/:name/load')
  const jobs = linesOf('GET /api/v1/queues/:name/jobs')
  return [
    workers('200', 'the workers', ({ main }) => main.request('/api/v1/workers'), { body: workerList }),
    workers('503 QUEUE_UNAVAILABLE', 'while Redis is unreachable', ({ away }) => away.request('/api/v1/workers')),
    list('200', 'all queues', ({ main }) => main.request('/api/v1/queues'), { body: queueList }),
    list('503 QUEUE_UNAVAILABLE', 'while Redis is unreachable', ({ away }) => away.request('/api/v1/queues')),
    numbers('200', 'a queue', ({ main }) => main.request(queueOf(main, '/stats')), { body: queueStats }),
    numbers('404 QUEUE_NOT_FOUND', 'an unknown queue', ({ main }) => main.request('/api/v1/queues/none/stats')),
    numbers('503 QUEUE_UNAVAILABLE', 'while Redis is unreachable', ({ away }) => away.request(queueOf(away, '/stats'))),
    load('200', 'a queue', ({ main }) => main.request(queueOf(main, '/load')), { body: queueLoad }),
    load('404 QUEUE_NOT_FOUND', 'an unknown queue', ({ main }) => main.request('/api/v1/queues/none/load')),
    load('503 QUEUE_UNAVAILABLE', 'while Redis is unreachable', ({ away }) => away.request(queueOf(away, '/load'))),
    jobs('200', 'waiting jobs', ({ main }) => main.request(queueOf(main, '/jobs?state=prioritized&start=0&end=49')), {
      body: queueJobs,
    }),
    jobs('200', 'failed jobs', ({ main }) => main.request(queueOf(main, '/jobs?state=failed')), {
      body: queueJobs,
    }),
    jobs('400 INVALID_QUERY', '51 at once', ({ main }) => main.request(queueOf(main, '/jobs?start=0&end=50'))),
    jobs('404 QUEUE_NOT_FOUND', 'an unknown queue', ({ main }) => main.request('/api/v1/queues/none/jobs')),
    jobs('503 QUEUE_UNAVAILABLE', 'while Redis is unreachable', ({ away }) => away.request(queueOf(away, '/jobs'))),
    ...['pause', 'resume'].flatMap((what) => {
      const route = `POST /api/v1/queues/:name/${what}`
      const line = linesOf(route)
      const ask = (api: World['main'], path = queueOf(api, `/${what}`)) =>
        api.request(path, { method: 'POST', headers: operator })
      return [
        line('200', 'by an operator', ({ main }) => ask(main), { body: queueStats }),
        line('404 QUEUE_NOT_FOUND', 'an unknown queue', ({ main }) => ask(main, `/api/v1/queues/none/${what}`)),
        line('503 QUEUE_UNAVAILABLE', 'while Redis is unreachable', ({ away }) => ask(away)),
        ...strangers(route, (api) => queueOf(api, `/${what}`)),
      ]
    }),
  ]
}

function deadLetterRows(): Row[] {
  const list = linesOf('GET /api/v1/dead-letters')
  const route = 'POST /api/v1/dead-letters/replay'
  const replay = linesOf(route)
  const path = '/api/v1/dead-letters/replay'
  const ask = (api: World['main'], body: unknown, headers: Record<string, string> = json) =>
    api.request(path, { method: 'POST', ...sendJson(body, { ...headers, ...operator }) })
  const filter = { code: 'IMAGE_CORRUPT' }
  return [
    list('200', 'tasks that failed permanently', ({ main }) => main.request('/api/v1/dead-letters'), {
      body: taskPage,
    }),
    list('200', 'by their code', ({ main }) => main.request('/api/v1/dead-letters?code=IMAGE_CORRUPT&limit=10'), {
      body: taskPage,
    }),
    list('200', 'counted by error', ({ main }) => main.request('/api/v1/dead-letters?groupBy=error'), {
      body: deadLetterGroups,
    }),
    list('400 INVALID_QUERY', 'an invalid code', ({ main }) => main.request('/api/v1/dead-letters?code=corrupt')),
    list('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request('/api/v1/dead-letters')),
    replay('200', 'a dry run', ({ main }) => ask(main, { filter, dryRun: true }), { body: replayReport }),
    replay(
      '202',
      'a failed task, and one that has not failed',
      ({ main, tasks, replayable }) => ask(main, { ids: [replayable.id, tasks.completed.id] }),
      {
        body: replayReport,
      },
    ),
    replay('400 INVALID_JSON', 'invalid JSON', ({ main }) => ask(main, '{broken')),
    replay('413 BODY_TOO_LARGE', 'more than 100 KB', ({ main }) => ask(main, { ids: ['x'.repeat(101 * 1024)] })),
    replay('415 NOT_JSON', 'text', ({ main }) => ask(main, '{}', { 'content-type': 'text/plain' })),
    replay('415 UNSUPPORTED_ENCODING', 'an unknown encoding', ({ main }) =>
      ask(main, '{}', { ...json, 'content-encoding': 'own' }),
    ),
    replay('422 INVALID_FIELD', 'neither ids nor a filter', ({ main }) => ask(main, {})),
    replay('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => ask(away, { filter })),
    ...strangers(route, () => path, sendJson({ filter, dryRun: true })),
  ]
}

function healthRows(): Row[] {
  return ['', '/api', '/api/v1'].flatMap((base) => {
    const line = (name: string) => linesOf(`GET ${base}/${name}`)
    return [
      line('health')('200', 'healthy', ({ main }) => main.request(`${base}/health`), { body: health }),
      line('health')('503', 'while the stores are unreachable', ({ away }) => away.request(`${base}/health`), {
        body: healthWithoutStores,
      }),
      line('livez')('200', 'even while the stores are unreachable', ({ away }) => away.request(`${base}/livez`), {
        body: statusIs('ok'),
      }),
      line('readyz')('200', 'healthy', ({ main }) => main.request(`${base}/readyz`), { body: statusIs('ok') }),
      line('readyz')('503', 'while the stores are unreachable', ({ away }) => away.request(`${base}/readyz`), {
        body: notReady,
      }),
    ]
  })
}

function boardRows(): Row[] {
  const board = linesOf('USE /admin/queues')
  const form = linesOf('GET /admin/login')
  const login = linesOf('POST /admin/login')
  const logout = linesOf('POST /admin/logout')
  const page = { accept: 'text/html' }
  const send = (token: string) => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token }).toString(),
  })
  const to = (path: string) => ({ location: new RegExp(`^${path}$`) })
  return [
    linesOf('GET /admin')('303', 'to the board', ({ main }) => main.request('/admin'), {
      body: 'nothing',
      headers: to('/admin/queues'),
    }),
    form('200', 'the form', ({ main }) => main.request('/admin/login'), {
      body: html,
      headers: { 'content-security-policy': /default-src 'none'/ },
    }),
    login('303', 'the token', ({ main }) => main.request('/admin/login', send(ADMIN_TOKEN)), {
      body: 'nothing',
      headers: { ...to('/admin/queues'), 'set-cookie': /^darkroom_admin=.*HttpOnly.*SameSite=Strict/ },
    }),
    login('401', 'another token', ({ main }) => main.request('/admin/login', send('another')), { body: html }),
    logout('303', 'anybody', ({ main }) => main.request('/admin/logout', { method: 'POST' }), {
      body: 'nothing',
      headers: { ...to('/admin/login'), 'set-cookie': /^darkroom_admin=;/ },
    }),
    logout('303', 'from a page', ({ main }) => main.request('/admin/logout?next=%2F', { method: 'POST' }), {
      body: 'nothing',
      headers: to('/'),
    }),
    logout('403 CROSS_SITE_REQUEST', 'a page of another site', ({ strict }) =>
      strict.request('/admin/logout', { method: 'POST', headers: { origin: 'http://other.test' } }),
    ),
    board('200', 'by an operator', ({ main }) => main.request('/admin/queues', { headers: { ...page, ...operator } }), {
      body: html,
    }),
    board('303', 'a browser without the token', ({ main }) => main.request('/admin/queues', { headers: page }), {
      body: 'nothing',
      headers: to('/admin/login'),
    }),
    board('401 KEY_REQUIRED', 'a program without the token', ({ main }) => main.request('/admin/queues'), {
      headers: CHALLENGE,
    }),
    board(
      '405 METHOD_NOT_ALLOWED',
      'a change',
      ({ main }) => main.request('/admin/queues', { method: 'PUT', headers: operator }),
      {
        headers: { allow: /^GET, HEAD, OPTIONS$/ },
      },
    ),
  ]
}

export const operatorRows: Row[] = [
  ...queueRows(),
  ...deadLetterRows(),
  linesOf('GET /api/v1/stats')('200', 'all tasks', ({ main }) => main.request('/api/v1/stats'), { body: stats }),
  linesOf('GET /api/v1/stats')(
    '200',
    'with the last minutes',
    ({ main }) => main.request(`/api/v1/stats?since=${new Date(Date.now() - 600_000).toISOString()}`),
    { body: stats.required() },
  ),
  linesOf('GET /api/v1/stats')('400 INVALID_QUERY', 'longer ago than a day', ({ main }) =>
    main.request('/api/v1/stats?since=2026-05-04T09:00:00Z'),
  ),
  linesOf('GET /api/v1/stats')('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) =>
    away.request('/api/v1/stats'),
  ),
  linesOf('GET /api/v1/usage')('200', 'the last thirty days', ({ main }) => main.request('/api/v1/usage'), {
    body: usage,
    headers: { vary: /Accept/ },
  }),
  linesOf('GET /api/v1/usage')(
    '200',
    'as CSV',
    ({ main }) => main.request('/api/v1/usage', { headers: { accept: 'text/csv' } }),
    {
      body: z.string().regex(/^tenant,day,tasks,bytes\r\n(default,\d{4}-\d\d-\d\d,\d+,\d+\r\n)+$/),
      headers: { 'content-type': /^text\/csv/ },
    },
  ),
  linesOf('GET /api/v1/usage')('400 INVALID_QUERY', 'a last day before the first', ({ main }) =>
    main.request('/api/v1/usage?from=2026-05-04&to=2026-05-03'),
  ),
  linesOf('GET /api/v1/usage')('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) =>
    away.request('/api/v1/usage'),
  ),
  ...healthRows(),
  linesOf('GET /metrics')('200', 'for Prometheus', ({ main }) => main.request('/metrics'), {
    body: metrics,
    headers: { 'content-type': /^text\/plain/ },
  }),
  ...boardRows(),
]
