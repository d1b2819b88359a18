import { linesOf, type Row } from './row.ts'
import { photo, photoStatus } from './shapes.ts'
import type { World } from './world.ts'

const UNKNOWN = '0'.repeat(24)
const STATES = ['pending', 'processing', 'completed', 'failed', 'cancelled', 'expired'] as const

const state = linesOf('GET /photos/:id/status')
const read = linesOf('GET /api/v1/tasks/:id')

const get = ({ main, photos }: World, which: (typeof STATES)[number]) =>
  main.request(`/photos/${photos[which].id}/status`)

/** Photos of races; their uploads are next to those of other tasks. */
export const photoRows: Row[] = [
  ...STATES.map((which) => state('200', `one that is ${which}`, (world) => get(world, which), { body: photoStatus })),
  state('200', 'by its job id', ({ main, photos }) => main.request(`/photos/${photos.completed.jobId}/status`), {
    body: photoStatus,
  }),
  state('404 TASK_NOT_FOUND', 'an unknown id', ({ main }) => main.request(`/photos/${UNKNOWN}/status`)),
  state('404 TASK_NOT_FOUND', 'a task of another kind', ({ main, tasks }) =>
    main.request(`/photos/${tasks.completed.id}/status`),
  ),
  state('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) =>
    away.request(`/photos/${UNKNOWN}/status`),
  ),
  read('200', 'a photo of a race', ({ main, photos }) => main.request(photos.completed.links.self), { body: photo }),
]
