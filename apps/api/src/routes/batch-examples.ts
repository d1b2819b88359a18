import type { AcceptedBatch, BatchList, BatchPage, BatchSummary, Problem, Task } from '@darkroom/contracts'
import { BATCH_ID } from '../http/openapi/example-ids.ts'
import { formatCursor } from '../tasks/list-page.ts'
import { batchPage } from '../tasks/page-paths.ts'
import { taskExamples } from './task-examples.ts'

const ofBatch = <Some extends Task>(task: Some): Some => ({ ...task, priority: 'batch', batchId: BATCH_ID })

const refusal: Problem = {
  type: 'about:blank',
  title: 'Image unsupported',
  status: 415,
  detail: 'The file is a PDF document. JPEG, PNG, WebP and GIF images are accepted. Export the page as JPEG or PNG.',
  code: 'IMAGE_UNSUPPORTED',
}

export const rejectedItems: AcceptedBatch['items'] = [{ name: 'invoice.pdf', status: 'rejected', problem: refusal }]

export const acceptedBatchExample: AcceptedBatch = {
  batchId: BATCH_ID,
  accepted: 1,
  rejected: 1,
  items: [{ name: 'beach.jpg', status: 'accepted', task: ofBatch(taskExamples.accepted) }, ...rejectedItems],
}

const { completed, failed } = taskExamples
const self = `/api/v1/batches/${BATCH_ID}`

const summary: BatchSummary = {
  batchId: BATCH_ID,
  status: 'completed',
  total: 2,
  counts: { pending: 0, processing: 0, completed: 1, failed: 1, cancelled: 0, expired: 0 },
  percent: 100,
  createdAt: failed.createdAt,
  completedAt: completed.finishedAt,
  links: { self, tasks: `/api/v1/tasks?batchId=${BATCH_ID}`, events: `${self}/events`, page: batchPage(BATCH_ID) },
}

export const batchListExample: BatchList = {
  items: [summary],
  page: 1,
  limit: 1,
  total: 37,
  totalIsExact: true,
  nextCursor: formatCursor({ createdAt: summary.createdAt, id: BATCH_ID }),
}

export const batchPageExample: BatchPage = {
  ...summary,
  items: [completed, failed].map(ofBatch),
  page: 1,
  limit: 20,
  nextCursor: null,
}
