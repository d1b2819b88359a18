import { queueJobPage, queueList, queueStats, type QueueStats } from '@darkroom/contracts'
import { z } from 'zod'
import { ADMIN_PROBLEMS, FOR_OPERATORS, json, type Operation, type Paths } from '../http/openapi/operation.ts'
import { queueJobPageExample, queueStatsExamples } from './queue-examples.ts'
import { jobsRange } from './queue-fields.ts'

const TAGS = ['Queues']
const queuePath = {
  path: z.object({ name: z.string().meta({ description: 'The name of the queue', example: 'image-processing' }) }),
}

const switching = (operationId: string, summary: string, example: QueueStats): Operation => ({
  operationId,
  tags: TAGS,
  summary,
  ...FOR_OPERATORS,
  requestParams: queuePath,
  answers: { 200: json('The queue as it is now', { schema: queueStats, examples: { 'The queue': example } }) },
  problems: [...ADMIN_PROBLEMS, 'QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
})

/** Paths of {@link queueRoutes}. */
export const queuePaths: Paths = {
  '/api/v1/queues': {
    get: {
      operationId: 'listQueues',
      tags: TAGS,
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
  },
  '/api/v1/queues/{name}/stats': {
    get: {
      operationId: 'getQueueStats',
      tags: TAGS,
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
  },
  '/api/v1/queues/{name}/jobs': {
    get: {
      operationId: 'listQueueJobs',
      tags: TAGS,
      summary: 'List the jobs of a queue by state',
      requestParams: { ...queuePath, query: jobsRange },
      answers: {
        200: json(
          'The jobs from `start` to `end`, both included',
          { schema: queueJobPage, examples: { 'One that waits': queueJobPageExample } },
          'ETag',
        ),
      },
      problems: ['INVALID_QUERY', 'QUEUE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
    },
  },
  '/api/v1/queues/{name}/pause': {
    post: switching('pauseQueue', 'Pause a queue; running jobs are finished', queueStatsExamples.paused),
  },
  '/api/v1/queues/{name}/resume': {
    post: switching('resumeQueue', 'Resume a paused queue', queueStatsExamples.running),
  },
}
