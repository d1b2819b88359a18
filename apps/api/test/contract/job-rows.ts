import { linesOf, type Row } from './row.ts'
import { job, jobList, jobState } from './shapes.ts'
import type { World } from './world.ts'

const UNKNOWN = '00000000-0000-4000-8000-000000000000'
const list = linesOf('GET /api/jobs')
const read = linesOf('GET /api/jobs/:id')
const state = linesOf('GET /api/jobs/:id/status')

const STATES = ['pending', 'processing', 'completed', 'failed', 'cancelled', 'expired', 'retrying'] as const

const get = ({ main, tasks }: World, which: (typeof STATES)[number], end = '') =>
  main.request(`/api/jobs/${tasks[which].jobId}${end}`)

/** The older form; uploads and downloads are next to those of tasks. */
export const jobRows: Row[] = [
  list('200', 'the newest jobs', ({ main }) => main.request('/api/jobs'), { body: jobList }),
  ...['pending', 'active', 'completed', 'failed'].map((status) =>
    list('200', `${status} jobs`, ({ main }) => main.request(`/api/jobs?status=${status}&limit=10`), {
      body: jobList,
    }),
  ),
  list('400 INVALID_QUERY', 'a status of the newer form', ({ main }) => main.request('/api/jobs?status=processing')),
  list('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request('/api/jobs')),

  ...STATES.map((which) => read('200', `one that is ${which}`, (world) => get(world, which), { body: job })),
  read('200', 'by its task id', ({ main, tasks }) => main.request(`/api/jobs/${tasks.completed.id}`), {
    body: job,
  }),
  read('404 TASK_NOT_FOUND', 'an unknown id', ({ main }) => main.request(`/api/jobs/${UNKNOWN}`)),
  read('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) => away.request(`/api/jobs/${UNKNOWN}`)),

  ...STATES.map((which) =>
    state('200', `one that is ${which}`, (world) => get(world, which, '/status'), { body: jobState }),
  ),
  state('404 TASK_NOT_FOUND', 'an unknown id', ({ main }) => main.request(`/api/jobs/${UNKNOWN}/status`)),
  state('503 STORE_UNAVAILABLE', 'while the store is unreachable', ({ away }) =>
    away.request(`/api/jobs/${UNKNOWN}/status`),
  ),
]
