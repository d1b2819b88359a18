import { until } from '@darkroom/testing'
import type { Answer } from '../start-test-api.ts'
import { linesOf, sendJson, type Row } from './row.ts'
import { knownTo } from './task-rows.ts'
import type { World } from './world.ts'

type Which = keyof World['tasks']

const forms = [
  { route: 'GET /api/v1/tasks/:id/download', pathOf: (id: string) => `/api/v1/tasks/${id}/download` },
  { route: 'GET /api/jobs/:id/download', pathOf: (id: string) => `/api/jobs/${id}/download` },
]

const FILE_HEADERS = {
  'content-type': /^image\/jpeg$/,
  etag: /^"[0-9a-f]{32}"$/,
  'accept-ranges': /^bytes$/,
  'content-disposition': /^attachment; filename=/,
  'x-content-type-options': /^nosniff$/,
}
const file = { body: 'bytes', headers: { ...FILE_HEADERS, 'content-length': /^[1-9]\d+$/ } } as const

const fileRows: Row[] = forms.flatMap(({ route, pathOf }) => {
  const line = linesOf(route)
  const get =
    (which: Which, query = '', headers: Record<string, string> = {}) =>
    ({ main, tasks }: World): Promise<Answer> =>
      main.request(pathOf(tasks[which].jobId) + query, { headers })
  return [
    line('200', 'the largest', get('completed'), file),
    line('200', 'of 1024 pixels', get('completed', '?resolution=1024'), file),
    line('200', 'of 800 pixels', get('completed', '?resolution=800'), file),
    line('200', 'by its name', get('completed', '?file=800'), file),
    line('200', 'the thumbnail', get('completed', '?resolution=thumb'), file),
    line('200', 'to be shown', get('completed', '?disposition=inline'), {
      ...file,
      headers: { ...file.headers, 'content-disposition': /^inline; filename=/ },
    }),
    line('200', 'the original', get('pending', '?resolution=original'), {
      body: 'bytes',
      headers: { ...FILE_HEADERS, etag: /^"[0-9a-f]{64}"$/ },
    }),
    line('206', 'a range', get('completed', '', { range: 'bytes=0-99' }), {
      body: 'bytes',
      headers: { ...FILE_HEADERS, 'content-range': /^bytes 0-99\/\d+$/, 'content-length': /^100$/ },
    }),
    line('304', 'an unchanged file', ({ main, tasks }) => knownTo(main, pathOf(tasks.completed.id)), {
      body: 'nothing',
    }),
    line('400 INVALID_QUERY', 'an unsupported resolution', get('completed', '?resolution=640')),
    line('400 INVALID_QUERY', 'an unknown disposition', get('completed', '?disposition=page')),
    line('400 INVALID_QUERY', 'an invalid name', get('completed', '?file=a/b')),
    line('404 TASK_NOT_FOUND', 'an unknown id', ({ main }) => main.request(pathOf('0'.repeat(24)))),
    line('404 VARIANT_NOT_FOUND', 'a variant that the task does not have', get('small', '?resolution=800')),
    line('404 VARIANT_NOT_FOUND', 'a file that the task does not have', get('completed', '?file=report')),
    line('404 FILE_MISSING', 'a file that has been removed', get('withoutFile')),
    line('409 TASK_NOT_READY', 'a pending task', get('pending'), { headers: { 'retry-after': /^[1-9]\d*$/ } }),
    line('409 TASK_NOT_READY', 'a running task', get('processing'), { headers: { 'retry-after': /^[1-9]\d*$/ } }),
    line('409 TASK_FAILED', 'a failed task', get('failed')),
    line('409 TASK_CANCELLED', 'a cancelled task', get('cancelled')),
    line('410 TASK_EXPIRED', 'an expired task', get('expired')),
    line(
      '412 PRECONDITION_FAILED',
      'another ETag than that of the file',
      get('completed', '', { 'if-match': '"another"' }),
    ),
    line(
      '416 RANGE_NOT_SATISFIABLE',
      'a range beyond the end of the file',
      get('completed', '', { range: 'bytes=99999999-' }),
      {
        headers: { 'content-range': /^bytes \*\/\d+$/ },
      },
    ),
    line('503 STORAGE_UNAVAILABLE', 'while the data folder is unusable', ({ noDisk, noDiskTask }) =>
      noDisk.request(pathOf(noDiskTask)),
    ),
    line('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request(pathOf('0'.repeat(24)))),
  ]
})

const signed = linesOf('GET /d/:token')

const signedRows: Row[] = [
  signed('200', 'the file', async (world) => world.main.request(await signedPath(world, {})), file),
  signed(
    '206',
    'a range',
    async (world) => world.main.request(await signedPath(world, {}), { headers: { range: 'bytes=0-99' } }),
    { body: 'bytes', headers: { 'content-range': /^bytes 0-99\/\d+$/ } },
  ),
  signed('304', 'an unchanged file', async (world) => knownTo(world.main, await signedPath(world, {})), {
    body: 'nothing',
  }),
  signed(
    '200',
    'to be shown',
    async (world) => world.main.request(`${await signedPath(world, {})}?disposition=inline`),
    {
      ...file,
      headers: { ...file.headers, 'content-disposition': /^inline; filename=/ },
    },
  ),
  signed('400 INVALID_QUERY', 'an unknown disposition', async (world) =>
    world.main.request(`${await signedPath(world, {})}?disposition=page`),
  ),
  signed('403 INVALID_SIGNATURE', 'a token that was not made here', ({ main }) => main.request('/d/k1.forged')),
  signed('403 URL_EXPIRED', 'an expired URL', async (world) => {
    const path = await signedPath(world, { expiresInSeconds: 1 })
    return until(
      async () => {
        const answer = await world.main.request(path)
        return answer.status !== 200 && answer
      },
      { what: 'the URL to expire' },
    )
  }),
  signed('404 TASK_NOT_FOUND', 'a deleted task', async (world) => {
    const task = await world.fresh('completed')
    const path = await signedPath(world, {}, task)
    await world.main.request(task.links.self, { method: 'DELETE' })
    return world.main.request(path)
  }),
  signed('404 VARIANT_NOT_FOUND', 'a file that the task does not have', async (world) =>
    world.main.request(await signedPath(world, { file: 'report' })),
  ),
  signed('404 FILE_MISSING', 'a file that has been removed', async (world) =>
    world.main.request(await signedPath(world, {}, world.tasks.withoutFile)),
  ),
  signed('409 TASK_NOT_READY', 'a pending task', async (world) =>
    world.main.request(await signedPath(world, {}, world.tasks.pending)),
  ),
]

export const downloadRows: Row[] = [...fileRows, ...signedRows]

async function signedPath({ main, tasks }: World, fields: object, task = tasks.completed): Promise<string> {
  const { body } = await main.request(`${task.links.self}/download-url`, { method: 'POST', ...sendJson(fields) })
  return new URL((body as { url: string }).url).pathname
}
