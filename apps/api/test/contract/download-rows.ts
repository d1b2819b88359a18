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

export const downloadRows: Row[] = forms.flatMap(({ route, pathOf }) => {
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
    line(
      '200',
      'by a signed URL',
      async (world) => world.main.request(pathOf(world.tasks.completed.id) + (await signedQuery(world))),
      file,
    ),
    line('206', 'a range', get('completed', '', { range: 'bytes=0-99' }), {
      body: 'bytes',
      headers: { ...FILE_HEADERS, 'content-range': /^bytes 0-99\/\d+$/, 'content-length': /^100$/ },
    }),
    line('304', 'an unchanged file', ({ main, tasks }) => knownTo(main, pathOf(tasks.completed.id)), {
      body: 'nothing',
    }),
    line('400 INVALID_QUERY', 'an unsupported resolution', get('completed', '?resolution=640')),
    line('400 INVALID_QUERY', 'an invalid name', get('completed', '?file=a/b')),
    line(
      '403 INVALID_SIGNATURE',
      'an invalid signature',
      get('completed', '?expires=9999999999&kid=k1&signature=forged'),
    ),
    line('403 URL_EXPIRED', 'an expired URL', async (world) => {
      const query = await signedQuery(world, 1)
      return until(
        async () => {
          const answer = await world.main.request(pathOf(world.tasks.completed.id) + query)
          return answer.status !== 200 && answer
        },
        { what: 'the URL to expire' },
      )
    }),
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

async function signedQuery({ main, tasks }: World, expiresInSeconds = 60): Promise<string> {
  const init = { method: 'POST', ...sendJson({ expiresInSeconds }) }
  const { body } = await main.request(`${tasks.completed.links.self}/download-url`, init)
  const { url } = body as { url: string }
  return url.slice(url.indexOf('?'))
}
