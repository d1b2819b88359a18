import { acceptedJob, job, jobList, jobProgress } from '@darkroom/contracts'
import { z } from 'zod'
import type { ApiLimits } from './api-limits.ts'
import { JOB_ID } from '../http/openapi/example-ids.ts'
import { json, type Paths } from '../http/openapi/operation.ts'
import { uploadBody, UPLOAD_PROBLEMS } from './upload.ts'
import { toJobProgress, toJobView } from './job-view.ts'
import { taskExamples } from './task-examples.ts'
import { jobListQuery } from './task-fields.ts'
import { download } from './task-openapi.ts'

const TAGS = ['Jobs']
const jobPath = {
  path: z.object({
    id: z.string().meta({ description: 'The jobId, or the id of the task', example: JOB_ID }),
  }),
}

const [completed, failed] = [toJobView(taskExamples.completed), toJobView(taskExamples.failed)]
const accepted = {
  jobId: JOB_ID,
  statusUrl: `/api/jobs/${JOB_ID}/status`,
  downloadUrl: `/api/jobs/${JOB_ID}/download`,
  estimatedTime: '5-30 seconds',
}

/** Paths of {@link jobRoutes}. */
export const jobPaths = (limits: ApiLimits): Paths => ({
  '/api/jobs': {
    post: {
      operationId: 'createJob',
      tags: TAGS,
      summary: 'Upload a photo',
      ...uploadBody(limits),
      answers: {
        202: json(
          'Where to ask for the job, and when',
          { schema: acceptedJob, examples: { Accepted: accepted } },
          'Location',
          'RetryAfter',
        ),
      },
      problems: UPLOAD_PROBLEMS,
    },
    get: {
      operationId: 'listJobs',
      tags: TAGS,
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
  },
  '/api/jobs/{id}': {
    get: {
      operationId: 'getJob',
      tags: TAGS,
      summary: 'Get a job with its result',
      requestParams: jobPath,
      answers: { 200: json('The job', { schema: job, examples: { Completed: completed, Failed: failed } }, 'ETag') },
      problems: ['TASK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/jobs/{id}/status': {
    get: {
      operationId: 'getJobStatus',
      tags: TAGS,
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
  },
  '/api/jobs/{id}/download': { get: { ...download, operationId: 'downloadJobVariant', tags: TAGS } },
})
