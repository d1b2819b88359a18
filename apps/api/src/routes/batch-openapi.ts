import { acceptedBatch, batchPage, batchProblem } from '@darkroom/contracts'
import { z } from 'zod'
import type { ApiLimits } from './api-limits.ts'
import { BATCH_ID } from '../http/openapi/example-ids.ts'
import { json, type Paths } from '../http/openapi/operation.ts'
import { batchBody, FORM_PROBLEMS } from './upload.ts'
import { acceptedBatchExample, batchPageExample } from './batch-examples.ts'
import { pageQuery } from '../http/paging.ts'

const TAGS = ['Batches']

/** Paths of {@link batchRoutes}. */
export const batchPaths = (limits: ApiLimits): Paths => ({
  '/api/v1/batches': {
    post: {
      operationId: 'createBatch',
      tags: TAGS,
      summary: 'Upload many photos',
      description:
        'Creates a task for each file; `items` is in the order of the files in the form. A file that cannot be accepted does not affect the others; the request is refused only when none can be.',
      ...batchBody(limits),
      answers: {
        202: json(
          'The result for each file',
          { schema: acceptedBatch, examples: { 'One of two is accepted': acceptedBatchExample } },
          'Location',
          'RetryAfter',
        ),
      },
      problems: [...FORM_PROBLEMS, 'BATCH_TOO_LARGE', 'BATCH_REJECTED'],
      problemSchema: batchProblem,
    },
  },
  '/api/v1/batches/{id}': {
    get: {
      operationId: 'getBatch',
      tags: TAGS,
      summary: 'Get the progress of a batch, with a page of its tasks',
      description: 'The tasks are in the order in which the files were uploaded.',
      requestParams: {
        path: z.object({ id: z.string().meta({ description: 'The batchId', example: BATCH_ID }) }),
        query: pageQuery,
      },
      answers: {
        200: json('The batch', { schema: batchPage, examples: { 'All tasks have ended': batchPageExample } }, 'ETag'),
      },
      problems: ['INVALID_QUERY', 'BATCH_NOT_FOUND', 'STORE_UNAVAILABLE'],
    },
  },
})
