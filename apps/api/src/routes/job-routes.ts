import { acceptedJob, job, jobList, jobProgress } from '@darkroom/contracts'
import { z } from 'zod'
import { parseInput } from '../http/input.ts'
import { JOB_ID } from '../http/openapi/example-ids.ts'
import { json } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { GetTask } from '../tasks/queries/get-task.ts'
import { ListTasks } from '../tasks/queries/list-tasks.ts'
import type { ApiLimits } from './api-limits.ts'
import { download, downloadDoc, type DownloadRouteDeps } from './download-routes.ts'
import { JOB_STATUSES, toJobProgress, toJobView } from './job-view.ts'
import { retryAfter } from './retry-after.ts'
import { taskExamples } from './task-examples.ts'
import { jobListQuery } from './task-fields.ts'
import { idOf } from './task-path.ts'
import type { TaskRouteDeps } from './task-routes.ts'
import { UPLOAD_PROBLEMS, uploadBody } from './upload.ts'

export type JobRouteDeps = Pick<TaskRouteDeps & DownloadRouteDeps, 'send' | 'receive' | 'acceptUpload' | 'sendVariant'>

const jobPath = {
  path: z.object({
    id: z.string().meta({ description: 'The jobId, or the id of the task', example: JOB_ID }),
  }),
}

const urlsOf = (jobId: string) => ({
  statusUrl: `/api/jobs/${jobId}/status`,
  downloadUrl: `/api/jobs/${jobId}/download`,
})

const [completed, failed] = [toJobView(taskExamples.completed), toJobView(taskExamples.failed)]
const accepted = { jobId: JOB_ID, ...urlsOf(JOB_ID), estimatedTime: '5-30 seconds' }

/**
 * `/api/jobs`: the older, simpler form of the same resource, with the same commands and queries.
 */
export const jobRoutes = routesOf<JobRouteDeps, ApiLimits>('Jobs', {
  'POST /jobs': {
    scope: 'tasks:write',
    doc: (limits) => ({
      operationId: 'createJob',
      summary: 'Upload a photo',
      ...uploadBody(limits),
      answers: {
        202: json(
          'The URLs of the job, and the estimated time',
          { schema: acceptedJob, examples: { Accepted: accepted } },
          'Location',
          'RetryAfter',
        ),
      },
      problems: UPLOAD_PROBLEMS,
    }),
    handle: ({ receive, acceptUpload }) => [
      ...receive,
      async (req, res) => {
        const { jobId, estimate, estimatedTime } = await acceptUpload(req)
        const urls = urlsOf(jobId)
        res
          .status(202)
          .location(urls.statusUrl)
          .set('Retry-After', retryAfter(estimate))
          .json({ jobId, ...urls, estimatedTime })
      },
    ],
  },

  'GET /jobs': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listJobs',
      summary: 'List jobs, newest first',
      requestParams: { query: jobListQuery },
      answers: {
        200: json(
          'The newest jobs',
          { schema: jobList, examples: { 'Two jobs': { jobs: [completed, failed], count: 2 } } },
          'ETag',
        ),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { status, limit } = parseInput(jobListQuery, req.query, 'INVALID_QUERY')
        const filter = { tenant: tenantOf(req), status: status && JOB_STATUSES[status] }
        const { items } = await send(new ListTasks(filter, { page: 1, limit }))
        res.set('Cache-Control', 'no-cache').json({ jobs: items.map(toJobView), count: items.length })
      },
  },

  'GET /jobs/:id': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getJob',
      summary: 'Get a job with its result',
      requestParams: jobPath,
      answers: { 200: json('The job', { schema: job, examples: { Completed: completed, Failed: failed } }, 'ETag') },
      problems: ['TASK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(toJobView(await send(new GetTask(tenantOf(req), idOf(req)))))
      },
  },

  'GET /jobs/:id/status': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getJobStatus',
      summary: 'Get the progress of a job',
      requestParams: jobPath,
      answers: {
        200: json(
          'Its progress',
          {
            schema: jobProgress,
            examples: {
              Running: toJobProgress(taskExamples.processing),
              Completed: toJobProgress(taskExamples.completed),
            },
          },
          'ETag',
        ),
      },
      problems: ['TASK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        res.set('Cache-Control', 'no-cache').json(toJobProgress(await send(new GetTask(tenantOf(req), idOf(req)))))
      },
  },

  'GET /jobs/:id/download': {
    scope: 'tasks:read',
    doc: { operationId: 'downloadJobVariant', ...downloadDoc },
    handle: download,
  },
})
