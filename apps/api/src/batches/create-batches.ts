import type { BatchEvent } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import type { CreateTaskHandler } from '../tasks/commands/create-task.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { BatchStore, type BatchRecord } from './batch-store.ts'
import { CompleteBatchHandler } from './complete-batch.ts'
import { CreateBatchHandler } from './create-batch.ts'
import { GetBatchHandler } from './get-batch.ts'
import { ListBatchesHandler } from './list-batches.ts'

/** Many files in one request. */
export function createBatches(parts: {
  mongo: MongoConnection
  publish: (event: BatchEvent) => Promise<void>
  /** Called at the end of a batch. */
  onBatch: (batch: BatchRecord, event: BatchEvent) => void
  log: Logger
  now: () => number
}) {
  const { mongo, publish, onBatch, log, now } = parts
  const store = new BatchStore(mongo)
  const completeBatch = new CompleteBatchHandler({ batches: store, publish, onBatch, log, now })
  return {
    store,
    handlers: (createTask: CreateTaskHandler) => [
      completeBatch,
      new CreateBatchHandler({ batches: store, createTask, completeBatch, log, now }),
      new GetBatchHandler({ batches: store }),
      new ListBatchesHandler({ batches: store }),
    ],
    onTask: completeBatch.onTask,
    recordRemoved: async ({ batchId }: TaskRecord): Promise<void> => {
      if (batchId !== undefined) await store.removeIfEmpty(batchId)
    },
    /** Whether the request with this idempotency key has created its complete batch. */
    isMade: async (tenant: string, key: string): Promise<boolean> =>
      typeof (await store.findByIdempotencyKey(tenant, key))?.total === 'number',
  }
}
