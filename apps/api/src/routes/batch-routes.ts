import { acceptedBatch, batchList, batchPage, batchProblem, batchStatus } from '@darkroom/contracts'
import { z } from 'zod'
import { GetBatch } from '../batches/get-batch.ts'
import { ListBatches } from '../batches/list-batches.ts'
import type { HeldRequests } from '../http/held-requests.ts'
import { parseInput } from '../http/input.ts'
import { content, json } from '../http/openapi/operation.ts'
import { pageQuery, pages, sendPage } from '../http/paging.ts'
import { IN_ORDER, isInOrder, time } from '../http/query-fields.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { etagOf } from '../tasks/task-etag.ts'
import type { InputSteps, UploadSteps } from '../uploads/create-uploads.ts'
import type { ApiLimits } from './api-limits.ts'
import { eitherOr, isJson } from './either-or.ts'
import { formOrUrls } from './batch-body.ts'
import { acceptedBatchExample, batchListExample, batchPageExample } from './batch-examples.ts'
import { readPage, tasksOf, waitForPage } from './batch-pages.ts'
import { batchPath, idOf } from './batch-path.ts'
import type { SendBatch } from './send-batch.ts'
import { waitQuery } from './task-fields.ts'
import { BATCH_PROBLEMS } from './upload.ts'

export interface BatchRouteDeps
  extends
    Pick<UploadSteps, 'receiveBatch' | 'acceptBatch'>,
    Pick<InputSteps, 'receiveBatchInput' | 'acceptSourceBatch'> {
  send: Send
  sendBatch: SendBatch
  /** The waiting requests. */
  waiting: HeldRequests
}

const progressQuery = pageQuery.extend(waitQuery.shape)

const batchQuery = z
  .strictObject({
    status: batchStatus.optional().meta({
      description:
        '`completed`: all tasks have ended (`completedAt`), even if one was restarted since; `processing`: not yet',
    }),
    createdFrom: time.optional().meta({ description: 'Created at or after this time, such as 2026-01-31T00:00:00Z' }),
    createdTo: time.optional().meta({ description: 'Created before this time' }),
    ...pages,
    limit: pages.limit.meta({ description: 'Batches per page' }),
  })
  .refine(isInOrder, IN_ORDER)

const POLL_AFTER_SECONDS = '1'

/** `/api/v1/batches`: many files in one request, and their progress. */
export const batchRoutes = routesOf<BatchRouteDeps, ApiLimits>('Batches', {
  'POST /batches': {
    scope: 'tasks:write',
    doc: (limits) => ({
      operationId: 'createBatch',
      summary: 'Upload many photos',
      description:
        'Creates a task for each file; `items` has the order of the files in the form. A file that cannot be accepted does not affect the others; the request is only refused if all files are.',
      ...formOrUrls(limits),
      answers: {
        202: json(
          'The result for each file',
          { schema: acceptedBatch, examples: { 'One of two files accepted': acceptedBatchExample } },
          'Location',
          'RetryAfter',
        ),
      },
      problems: BATCH_PROBLEMS,
      problemSchema: batchProblem,
    }),
    handle: ({ receiveBatch, acceptBatch, receiveBatchInput, acceptSourceBatch }) => [
      ...eitherOr(receiveBatchInput, receiveBatch),
      async (req, res) => {
        const batch = await (isJson(req) ? acceptSourceBatch(req) : acceptBatch(req))
        res.status(202).location(`/api/v1/batches/${batch.batchId}`).set('Retry-After', POLL_AFTER_SECONDS).json(batch)
      },
    ],
  },

  'GET /batches': {
    scope: 'tasks:read',
    doc: {
      operationId: 'listBatches',
      summary: 'List batches with their progress, newest first',
      requestParams: { query: batchQuery },
      answers: {
        200: json(
          'A page of batches',
          { schema: batchList, examples: { 'The first page of many': batchListExample } },
          'ETag',
          'Link',
        ),
      },
      problems: ['INVALID_QUERY', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { page, limit, cursor, ...filter } = parseInput(batchQuery, req.query, 'INVALID_QUERY')
        const found = await send(new ListBatches({ tenant: tenantOf(req), ...filter }, { page, limit, cursor }))
        sendPage(req, res.set('Cache-Control', 'no-cache'), found)
      },
  },

  'GET /batches/:id': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getBatch',
      summary: 'Get the progress of a batch, with a page of its tasks',
      description:
        'The tasks are in the order in which the files were uploaded. With `wait`, the response is sent when the progress changes or the page no longer matches the ETag in If-None-Match, or after that many seconds.',
      requestParams: { path: batchPath, query: progressQuery },
      answers: {
        200: json('The batch', { schema: batchPage, examples: { 'All tasks have ended': batchPageExample } }, 'ETag'),
      },
      problems: ['INVALID_QUERY', 'BATCH_NOT_FOUND', 'TOO_MANY_WAITING', 'STORE_UNAVAILABLE'],
    },
    handle: (deps) => async (req, res) => {
      const { wait, ...page } = parseInput(progressQuery, req.query, 'INVALID_QUERY')
      const found = wait > 0 ? await waitForPage(deps, res, page, wait) : await readPage(deps.send, req, page)
      res.set({ 'Cache-Control': 'no-cache', ETag: etagOf(found) }).json(found)
    },
  },

  'GET /batches/:id/download': {
    scope: 'tasks:read',
    doc: {
      operationId: 'downloadBatch',
      summary: 'Download the results of a batch as a zip',
      description: 'The largest file of each completed task, in the order in which the files were uploaded.',
      requestParams: { path: batchPath },
      answers: {
        200: content('The archive', ['application/zip'], { schema: { type: 'string', format: 'binary' } }),
      },
      problems: ['BATCH_NOT_FOUND', 'TASK_NOT_READY', 'STORE_UNAVAILABLE'],
    },
    handle:
      ({ send, sendBatch }) =>
      async (req, res) => {
        const { batchId } = await send(new GetBatch(tenantOf(req), idOf(req)))
        await sendBatch(res, batchId, await tasksOf(send, tenantOf(req), batchId))
      },
  },
})
