import { ALBUM } from './album-world.ts'
import { linesOf, type Row } from './row.ts'
import { ADMIN_TOKEN, ASSET_NAME, type World } from './world.ts'

/**
 * The lines that every path has by its methods: HEAD where there is GET, OPTIONS, and the refusal
 * of all others.
 */
export function pathRows(rows: readonly Row[]): Row[] {
  const routes = [...new Set(rows.map(({ route }) => route))].map(
    (route) => route.split(' ') as [method: string, path: string],
  )
  const paths = Map.groupBy(
    routes.filter(([method]) => method !== 'USE'),
    ([, path]) => path,
  )
  return [...paths].flatMap(([path, found]) =>
    rowsOf(
      path,
      found.map(([method]) => method),
    ),
  )
}

function rowsOf(path: string, methods: readonly string[]): Row[] {
  const allowed = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].toSorted()
  const headers = { allow: new RegExp(`^(${allowed.join('|')}|, ){${allowed.length * 2 - 1}}$`) }
  const other = methods.includes('PUT') ? 'POST' : 'PUT'
  const ask = (method: string) => (world: World) => world.main.request(filled(path, world), { method })
  return [
    ...(methods.includes('GET') ? [headRow(path)] : []),
    linesOf(`OPTIONS ${path}`)('204', 'the allowed methods', ask('OPTIONS'), { body: 'nothing', headers }),
    linesOf(`${other} ${path}`)('405 METHOD_NOT_ALLOWED', 'a method that is not allowed', ask(other), { headers }),
  ]
}

/** The paths that lead elsewhere at once. */
const REDIRECTS = ['/', '/admin']

function headRow(path: string): Row {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const send = (world: World) => world.main.request(filled(path, world), { method: 'HEAD', headers })
  return linesOf(`HEAD ${path}`)(
    REDIRECTS.includes(path) ? '303' : '200',
    'the response to GET, without a body',
    send,
    {
      body: 'nothing',
    },
  )
}

const filled = (path: string, { main, token, ...named }: World): string =>
  path
    .replace(/\/v1\/photos$/, '$&?bib=587')
    .replace(':album', ALBUM)
    .replace(':token', token)
    .replace(':name', path.includes('/assets/') ? ASSET_NAME : main.names.queue)
    .replace(':id', idFor(path, named))
    .replace(':deliveryId', named.webhook.deliveryId)

type Ids = Pick<World, 'tasks' | 'photos' | 'batchId' | 'endedBatchId' | 'uploadId' | 'webhook'>

function idFor(path: string, { tasks, photos, batchId, endedBatchId, uploadId, webhook }: Ids): string {
  if (path.includes('/webhooks/')) return webhook.id
  if (path.startsWith('/photos/')) return photos.completed.id
  if (path.includes('/uploads/')) return uploadId
  if (path.endsWith('/batches/:id/download')) return endedBatchId
  return path.includes('/batches/') ? batchId : tasks.completed.id
}
