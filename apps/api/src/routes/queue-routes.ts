import { queueJobPage, queueList, queueLoad, queueStats, type QueueStats } from '@darkroom/contracts'
import type { Request } from 'express'
import { z } from 'zod'
import { onlyDefaultTenant } from '../http/authorize.ts'
import { parseInput } from '../http/input.ts'
import { json } from '../http/openapi/operation.ts'
import { routesOf, type Route } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { GetQueueLoad } from '../queues/get-queue-load.ts'
import { GetQueueStats } from '../queues/get-queue-stats.ts'
import { ListQueueJobs } from '../queues/list-queue-jobs.ts'
import { SwitchQueue } from '../queues/switch-queue.ts'
import type { Send } from '../send.ts'
import { queueJobPageExample, queueLoadExample, queueStatsExamples } from './queue-examples.ts'
import { jobsQuery, jobsRange } from './queue-fields.ts'

export interface QueueRouteDeps {
  send: Send
}

const queuePath = {
  path: z.object({ name: z.string().meta({ description: 'The name of the queue', example: 'image-processing' }) }),
}

const nameOf = (req: Request): string => String(req.params.name)

/** Pausing and resuming only differ in their descriptions. */
const switching = (
  to: SwitchQueue['to'],
  { example, ...doc }: { operationId: string; summary: string; example: QueueStats },
): Route<QueueRouteDeps, unknown> => ({
  scope: 'queues:admin',
  doc: {
    ...doc,
    requestParams: queuePath,
    answers: { 200: json('The queue after the change', { schema: queueStats, examples: { 'The queue': example } }) },
    problems: ['QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
  },
  handle: ({ send }) => [
    onlyDefaultTenant,
    async (req, res) => {
      await send(new SwitchQueue(nameOf(req), to))
      const [stats] = await send(new GetQueueStats(nameOf(req)))
      res.json(stats)
    },
  ],
})

/** `/api/v1/queues`: waiting, running and finished jobs; pause and resume. */
export const queueRoutes = routesOf<QueueRouteDeps>('Queues', {
  'GET /queues': {
    scope: 'queues:read',
    doc: {
      operationId: 'listQueues',
      summary: 'List queues with their job counts',
      answers: {
        200: json(
          'All queues',
          { schema: queueList, examples: { 'One queue': { items: [queueStatsExamples.running] } } },
          'ETag',
        ),
      },
      problems: ['QUEUE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (_req, res) => {
        res.json({ items: await send(new GetQueueStats()) })
      },
  },

  'GET /queues/:name/stats': {
    scope: 'queues:read',
    doc: {
      operationId: 'getQueueStats',
      summary: 'Get the job counts of a queue',
      requestParams: queuePath,
      answers: {
        200: json(
          'Its job counts',
          { schema: queueStats, examples: { Running: queueStatsExamples.running, Paused: queueStatsExamples.paused } },
          'ETag',
        ),
      },
      problems: ['QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const [stats] = await send(new GetQueueStats(nameOf(req)))
        res.json(stats)
      },
  },

  'GET /queues/:name/load': {
    scope: 'queues:read',
    doc: {
      operationId: 'getQueueLoad',
      summary: 'Get the work in a queue, to start as many workers as it needs',
      requestParams: queuePath,
      answers: { 200: json('Its work', { schema: queueLoad, examples: { 'A backlog': queueLoadExample } }, 'ETag') },
      problems: ['QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        res.json(await send(new GetQueueLoad(nameOf(req))))
      },
  },

  'GET /queues/:name/jobs': {
    scope: 'queues:read',
    doc: {
      operationId: 'listQueueJobs',
      summary: 'List the jobs of a queue by state',
      requestParams: { ...queuePath, query: jobsRange },
      answers: {
        200: json(
          'The jobs from `start` to `end`, inclusive',
          { schema: queueJobPage, examples: { 'A waiting job': queueJobPageExample } },
          'ETag',
        ),
      },
      problems: ['INVALID_QUERY', 'QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { state, start, end } = parseInput(jobsQuery, req.query, 'INVALID_QUERY')
        const items = await send(new ListQueueJobs(tenantOf(req), nameOf(req), { state, start, end }))
        res.json({ items, state, start, end })
      },
  },

  'POST /queues/:name/pause': switching('paused', {
    operationId: 'pauseQueue',
    summary: 'Pause a queue; running jobs finish',
    example: queueStatsExamples.paused,
  }),

  'POST /queues/:name/resume': switching('running', {
    operationId: 'resumeQueue',
    summary: 'Resume a paused queue',
    example: queueStatsExamples.running,
  }),
})
