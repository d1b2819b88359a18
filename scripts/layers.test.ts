import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { brokenLayers } from './layers.ts'
import { readShape } from './shape.ts'

const from = (name: string) => `import '${name}'`

/** Files and their text. Each has an import that breaks a layer. */
const BROKEN: [file: string, text: string][] = [
  ['packages/contracts/src/a.ts', from('node:fs')],
  ['packages/contracts/src/b.ts', from('@darkroom/messaging')],
  ['packages/contracts/src/c.ts', `import type { Redis } from 'ioredis'\nexport type R = Redis`],
  ['packages/runtime/src/a.ts', from('@darkroom/contracts')],
  ['packages/storage/src/a.ts', from('@darkroom/runtime')],
  ['packages/images/src/a.ts', from('@darkroom/contracts')],
  ['packages/images/src/b.ts', from('pino')],
  ['packages/messaging/src/a.ts', from('@darkroom/runtime')],
  ['packages/storage/src/b.ts', from('@darkroom/testing')],
  ['packages/worker/src/a.ts', from('@darkroom/images')],
  ['packages/worker/src/child/b.ts', from('bullmq')],
  ['apps/api/src/a.ts', from('@darkroom/image-worker')],
  ['apps/image-worker/src/a.ts', from('@darkroom/api')],
  ['apps/image-worker/src/b.ts', from('@darkroom/local-services')],
  ['apps/image-worker/src/c.ts', from('bullmq')],
  ['apps/api/src/b.ts', from('express')],
  ['apps/api/src/tasks/commands/create-task.ts', from('express')],
  ['apps/api/src/tasks/commands/cancel-task.ts', from('../../http/problem.ts')],
  ['apps/api/src/tasks/commands/retry-task.ts', from('../../routes/task-routes.ts')],
  ['apps/api/src/tasks/commands/update-task.ts', from('../queries/get-task.ts')],
  ['apps/api/src/tasks/queries/get-task.ts', from('mongoose')],
  ['apps/api/src/tasks/queries/list-tasks.ts', from('bullmq')],
  ['apps/api/src/tasks/task.ts', from('./task-store.ts')],
  ['apps/api/src/tasks/task-store.ts', from('express')],
  ['apps/api/src/tasks/task-view.ts', from('./commands/create-task.ts')],
  ['apps/api/src/tasks/task-cache.ts', from('../api.ts')],
  ['apps/api/src/tasks/task-etag.ts', from('mongoose')],
  ['apps/api/src/routes/task-routes.ts', from('mediatr-ts')],
  ['apps/api/src/routes/queue-routes.ts', from('bullmq')],
  ['apps/api/src/routes/health.ts', from('../tasks/task-store.ts')],
  ['apps/api/src/routes/job-routes.ts', from('./docs/document.ts')],
  ['apps/api/src/routes/admin/admin-routes.ts', from('../task-routes.ts')],
  ['apps/api/src/routes/docs/document.ts', from('../../api.ts')],
  ['apps/api/src/uploads/accept-upload.ts', from('../routes/task-routes.ts')],
  ['apps/api/src/sync/sweeper.ts', from('mongoose')],
  ['apps/api/src/sync/dispatcher.ts', from('../http/app.ts')],
  ['apps/api/src/sync/sent-notes.ts', from('../removal/janitor.ts')],
  ['apps/api/src/applying/update-task-status.ts', from('../following/task-feed.ts')],
  ['apps/api/src/following/task-feed.ts', from('../sync/sweeper.ts')],
  ['apps/api/src/batches/get-batch.ts', from('../sync/batch-closer.ts')],
  ['apps/api/src/dead-letters/count-dead-letters.ts', from('../http/input.ts')],
  ['apps/api/src/removal/janitor.ts', from('../sync/sweeper.ts')],
  ['apps/api/src/installation/storage-watch.ts', from('../uploads/admission.ts')],
  ['apps/api/src/stats/get-stats.ts', from('../metrics/watchers.ts')],
  ['apps/api/src/metrics/watchers.ts', from('../stats/get-stats.ts')],
  ['apps/api/src/queues/get-queue-stats.ts', from('../sync/dispatcher.ts')],
  ['apps/api/src/estimates/estimator.ts', from('../tasks/task.ts')],
  ['apps/api/src/http/server.ts', from('../mongo/store-outage.ts')],
  ['apps/api/src/http/openapi/operation.ts', from('../../routes/task-routes.ts')],
  ['apps/api/src/mongo/connect-mongo.ts', from('bullmq')],
  ['apps/api/src/ground/remember.ts', from('../app-error.ts')],
  ['apps/api/src/mediator.ts', from('bullmq')],
  ['apps/api/src/api.ts', from('mongoose')],
  ['apps/api/src/a.test.ts', from('@darkroom/image-worker')],
  ['apps/api/src/stats/stats-store.ts', from('mediatr-ts')],
  ['apps/api/src/stats/x.ts', `export * from '../routes/upload.ts'`],
  ['packages/storage/src/c.ts', `export const load = () => import('express')`],
]
const ALLOWED: [file: string, text: string][] = [
  ['packages/contracts/src/ok.ts', `import 'zod'\nimport './a.ts'`],
  ['packages/messaging/src/ok.ts', `import '@darkroom/contracts'\nimport 'bullmq'`],
  ['packages/images/src/ok.ts', `import 'sharp'\nimport 'node:fs'`],
  ['packages/worker/src/ok.ts', `import '@darkroom/messaging'\nimport '@darkroom/runtime'\nimport '@darkroom/storage'`],
  ['packages/storage/src/ok.test.ts', from('@darkroom/testing')],
  ['apps/api/src/http/ok.ts', from('express')],
  ['apps/api/src/routes/ok-routes.ts', from('express')],
  ['apps/api/src/tasks/ok-store.ts', from('mongoose')],
  ['apps/api/src/tasks/queries/ok.ts', `import 'mediatr-ts'\nimport '../task.ts'`],
  ['apps/api/src/sync/ok.ts', `import 'bullmq'\nimport '../tasks/task-store.ts'`],
  ['apps/api/src/sync/ok.test.ts', from('../routes/upload.ts')],
]
let broken: string[]

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'darkroom-layers-'))
  for (const [file, text] of [
    ...BROKEN,
    ...ALLOWED,
    ['apps/api/src/attic/x.ts', ''],
    ['packages/attic/src/x.ts', ''],
  ] as const) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), `${text}\n`)
  }
  broken = (await readShape(root)).broken
  await rm(root, { recursive: true })
})

it.each(BROKEN)('an import that breaks a layer is found in %s: %s [S1.14]', (file) => {
  expect(broken.filter((fault) => fault.startsWith(`${file} -> `))).toHaveLength(1)
})

it.each(ALLOWED)('no broken layer is found in %s: %s', (file) => {
  expect(broken.filter((fault) => fault.startsWith(file))).toEqual([])
})

it('unlisted rooms and packages are found', () => {
  expect(broken).toContain('apps/api/src/attic/x.ts is not in a room listed in ROOMS')
  expect(broken).toContain('packages/attic/src/x.ts: packages/attic is not listed in PACKAGES')
})

it('no room may import one above it', () => {
  expect(brokenLayers([])).toEqual([])
})
