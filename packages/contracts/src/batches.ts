import { z } from 'zod'
import { problem } from './problems.ts'
import { acceptedTask, taskPage, taskStatus } from './tasks.ts'
import { taskEvent } from './task-events.ts'

/** What became of one file of a batch's request. */
export const batchItem = z.discriminatedUnion('status', [
  z.object({ name: z.string(), status: z.literal('accepted'), task: acceptedTask }),
  z.object({ name: z.string(), status: z.literal('rejected'), problem }),
])
export type BatchItem = z.infer<typeof batchItem>

/** The answer to a request of many files: one item a file, in the order of the request. */
export const acceptedBatch = z.object({
  batchId: z.string(),
  accepted: z.number().int(),
  rejected: z.number().int(),
  items: z.array(batchItem),
})
export type AcceptedBatch = z.infer<typeof acceptedBatch>

export const batchCounts = z.record(taskStatus, z.number().int())
export type BatchCounts = z.infer<typeof batchCounts>

/** How far the tasks of one request are. `percent` counts the progress of each. */
export const batchSummary = z.object({
  batchId: z.string(),
  status: z.enum(['processing', 'completed']),
  total: z.number().int(),
  counts: batchCounts,
  percent: z.number(),
  createdAt: z.iso.datetime(),
  /** When the last task got its final status for the first time. */
  completedAt: z.iso.datetime().nullable(),
  links: z.object({ self: z.string(), tasks: z.string() }),
})
export type BatchSummary = z.infer<typeof batchSummary>

/** The same with a page of its tasks. */
export const batchPage = batchSummary.extend(taskPage.omit({ total: true }).shape)
export type BatchPage = z.infer<typeof batchPage>

/** Every task of a batch has ended. Published once a batch, on the same channel as the events of tasks. */
export const batchCompleted = z.object({
  eventType: z.literal('batch.completed'),
  batchId: z.string(),
  tenant: z.string(),
  timestamp: z.number(),
  total: z.number().int(),
  counts: batchCounts,
})
export type BatchEvent = z.infer<typeof batchCompleted>

/** Whatever is said on the channel. */
export const channelEvent = z.discriminatedUnion('eventType', [...taskEvent.options, batchCompleted])
export type ChannelEvent = z.infer<typeof channelEvent>
