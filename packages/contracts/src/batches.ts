import { z } from 'zod'
import { problem } from './problems.ts'
import { acceptedTask, MAX_COUNTED, statusCounts, taskPage } from './tasks.ts'
import { eventPage, taskEvent } from './task-events.ts'

/** The result for one file of a batch. */
export const batchItem = z
  .discriminatedUnion('status', [
    z.object({ name: z.string(), status: z.literal('accepted'), task: acceptedTask }),
    z.object({ name: z.string(), status: z.literal('rejected'), problem }),
  ])
  .meta({ id: 'BatchItem', description: 'The result for one file' })
export type BatchItem = z.infer<typeof batchItem>

/** The response to an upload of several files: one item per file, in the order of the request. */
export const acceptedBatch = z
  .object({
    batchId: z.string(),
    accepted: z.number().int(),
    rejected: z.number().int(),
    items: z.array(batchItem).meta({ description: 'In the order of the request' }),
  })
  .meta({ id: 'AcceptedBatch' })
export type AcceptedBatch = z.infer<typeof acceptedBatch>

/** The rejection of a whole batch; if its files were examined, with the result for each. */
export const batchProblem = problem.extend({ items: z.array(batchItem).optional() }).meta({
  id: 'BatchProblem',
  description: 'Problem details (RFC 9457), with the result for each file that was examined',
})

export const batchStatus = z.enum(['processing', 'completed'])
export type BatchStatus = z.infer<typeof batchStatus>

/** The progress of a batch. */
export const batchSummary = z
  .object({
    batchId: z.string(),
    status: batchStatus,
    total: z.number().int(),
    counts: statusCounts,
    percent: z.number().meta({ description: 'The average of its tasks; finished ones count as 100' }),
    createdAt: z.iso.datetime(),
    completedAt: z.iso.datetime().nullable().meta({ description: 'When all tasks had ended for the first time' }),
    links: z.object({ self: z.string(), tasks: z.string(), events: z.string(), page: z.string() }),
  })
  .meta({ id: 'BatchSummary' })
export type BatchSummary = z.infer<typeof batchSummary>

/** A batch with a page of its tasks, in the order of the request. */
export const batchPage = batchSummary
  .extend(taskPage.omit({ total: true, totalIsExact: true }).shape)
  .meta({ id: 'BatchPage' })
export type BatchPage = z.infer<typeof batchPage>

/** A page of batches. It may have fewer than `limit` although there are more. */
export const batchList = taskPage
  .extend({
    items: z.array(batchSummary),
    total: z
      .number()
      .int()
      .meta({ description: `Number of matching batches, counted up to ${MAX_COUNTED}` }),
  })
  .meta({ id: 'BatchList' })
export type BatchList = z.infer<typeof batchList>

/** The events of all tasks of a batch after a position. */
export const batchEventPage = eventPage.omit({ missed: true }).meta({ id: 'BatchEventPage' })
export type BatchEventPage = z.infer<typeof batchEventPage>

/**
 * Every task of a batch has ended. Published once per batch, on the same channel as the events of
 * tasks.
 */
export const batchCompleted = z.object({
  eventType: z.literal('batch.completed'),
  batchId: z.string(),
  tenant: z.string(),
  timestamp: z.number(),
  total: z.number().int(),
  counts: statusCounts,
})
export type BatchEvent = z.infer<typeof batchCompleted>

/** Any event on the channel. */
export const channelEvent = z.discriminatedUnion('eventType', [...taskEvent.options, batchCompleted])
export type ChannelEvent = z.infer<typeof channelEvent>
