import { acceptedJob, job, jobList, jobProgress } from '@darkroom/contracts'
import { z } from 'zod'
import type { ApiLimits } from '../http/openapi/api-limits.ts'
import { json, type Paths } from '../http/openapi/operation.ts'
import { uploadBody, UPLOAD_PROBLEMS } from '../http/openapi/upload.ts'
import { jobListQuery } from './task-fields.ts'
import { download } from './task-openapi.ts'

const tags = ['Jobs']
const jobPath = {
  path: z.object({
    id: z.string().meta({ description: 'The jobId, or the id of the task', example: '0192f0c1-7d1e-7c00-8000-5f0c7d1e0001' }),
  }),
}

/** Paths of {@link jobRoutes}. */
export const jobPaths = (limits: ApiLimits): Paths => ({
  '/api/jobs': {
    post: {
      operationId: 'createJob',
      tags,
      summary: 'Upload a photo',
      ...uploadBody(limits),
      answers: { 202: json('Where to ask for the job, and when', acceptedJob, 'Location', 'RetryAfter') },
      problems: UPLOAD_PROBLEMS,
    },
    get: {
      operationId: 'listJobs',
      tags,
      summary: 'List jobs, newest first',
      requestParams: { query: jobListQuery },
      answers: { 200: json('The newest jobs', jobList, 'ETag') },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/jobs/{id}': {
    get: {
      operationId: 'getJob',
      tags,
      summary: 'Get a job with its result',
      requestParams: jobPath,
      answers: { 200: json('The job', job, 'ETag') },
      problems: ['TASK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/jobs/{id}/status': {
    get: {
      operationId: 'getJobStatus',
      tags,
      summary: 'Get the progress of a job',
      requestParams: jobPath,
      answers: { 200: json('Its progress', jobProgress, 'ETag') },
      problems: ['TASK_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
  },
  '/api/jobs/{id}/download': { get: { ...download, operationId: 'downloadJobVariant', tags } },
})
