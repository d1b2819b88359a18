import { Mediator, requestHandler, type RequestData, type RequestHandler, type Resolver } from 'mediatr-ts'
import { ListAudit, ListAuditHandler } from './audit/list-audit.ts'
import { CompleteBatch, CompleteBatchHandler } from './batches/complete-batch.ts'
import { CreateBatch, CreateBatchHandler } from './batches/create-batch.ts'
import { GetBatch, GetBatchHandler } from './batches/get-batch.ts'
import { ListBatches, ListBatchesHandler } from './batches/list-batches.ts'
import { CountDeadLetters, CountDeadLettersHandler } from './dead-letters/count-dead-letters.ts'
import { ReplayDeadLetters, ReplayDeadLettersHandler } from './dead-letters/replay-dead-letters.ts'
import { CreateKey, CreateKeyHandler } from './keys/create-key.ts'
import { CreateUploadToken, CreateUploadTokenHandler } from './keys/create-upload-token.ts'
import { ListKeys, ListKeysHandler } from './keys/list-keys.ts'
import { RevokeKey, RevokeKeyHandler } from './keys/revoke-key.ts'
import { RotateKey, RotateKeyHandler } from './keys/rotate-key.ts'
import { CorrectBibs, CorrectBibsHandler } from './photos/correct-bibs.ts'
import { FindPhotos, FindPhotosHandler } from './photos/find-photos.ts'
import { GetAlbum, GetAlbumHandler } from './photos/get-album.ts'
import { GetRoster, GetRosterHandler } from './photos/get-roster.ts'
import { ListAlbums, ListAlbumsHandler } from './photos/list-albums.ts'
import { ListReview, ListReviewHandler } from './photos/list-review.ts'
import { PutRoster, PutRosterHandler } from './photos/put-roster.ts'
import { RemoveRoster, RemoveRosterHandler } from './photos/remove-roster.ts'
import { GetQueueLoad, GetQueueLoadHandler } from './queues/get-queue-load.ts'
import { GetQueueStats, GetQueueStatsHandler } from './queues/get-queue-stats.ts'
import { ListQueueJobs, ListQueueJobsHandler } from './queues/list-queue-jobs.ts'
import { ListWorkers, ListWorkersHandler } from './queues/list-workers.ts'
import { SwitchQueue, SwitchQueueHandler } from './queues/switch-queue.ts'
import { GetStats, GetStatsHandler } from './stats/get-stats.ts'
import { CancelTask, CancelTaskHandler } from './tasks/commands/cancel-task.ts'
import { CreateTask, CreateTaskHandler } from './tasks/commands/create-task.ts'
import { DeleteTask, DeleteTaskHandler } from './removal/delete-task.ts'
import { ExpireTasks, ExpireTasksHandler } from './removal/expire-tasks.ts'
import { TrimQueues, TrimQueuesHandler } from './removal/trim-queues.ts'
import { FollowBatchEvents, FollowBatchEventsHandler } from './following/follow-batch-events.ts'
import { FollowEvents, FollowEventsHandler } from './following/follow-events.ts'
import { FollowTaskEvents, FollowTaskEventsHandler } from './following/follow-task-events.ts'
import { GetTaskJson, GetTaskJsonHandler } from './tasks/queries/get-task-json.ts'
import { GetTask, GetTaskHandler } from './tasks/queries/get-task.ts'
import { ListBatchEvents, ListBatchEventsHandler } from './following/list-batch-events.ts'
import { ListEvents, ListEventsHandler } from './following/list-events.ts'
import { ListTaskEvents, ListTaskEventsHandler } from './following/list-task-events.ts'
import { ListTasks, ListTasksHandler } from './tasks/queries/list-tasks.ts'
import { RetryTask, RetryTaskHandler } from './tasks/commands/retry-task.ts'
import { SignDownload, SignDownloadHandler } from './tasks/queries/sign-download.ts'
import { UpdateTask, UpdateTaskHandler } from './tasks/commands/update-task.ts'
import { UpdateTaskStatus, UpdateTaskStatusHandler } from './applying/update-task-status.ts'
import { WaitForTask, WaitForTaskHandler } from './following/wait-for-task.ts'
import { WatchBatch, WatchBatchHandler } from './following/watch-batch.ts'
import { WatchTask, WatchTaskHandler } from './following/watch-task.ts'
import { GetUsage, GetUsageHandler } from './usage/get-usage.ts'
import type { Send } from './send.ts'

/**
 * The only file that knows how mediatr-ts stores its handlers: in one registry per process, filled
 * once, here.
 */
const handlerOf = new Map<unknown, unknown>()

function route<Answer, Request extends RequestData<Answer>>(
  request: new (...args: never[]) => Request,
  handler: new (...args: never[]) => RequestHandler<Request, Answer>,
): void {
  requestHandler(request as never)(handler)
  handlerOf.set(handler, request)
}

route(CreateTask, CreateTaskHandler)
route(FollowEvents, FollowEventsHandler)
route(ListWorkers, ListWorkersHandler)
route(ListEvents, ListEventsHandler)
route(UpdateTaskStatus, UpdateTaskStatusHandler)
route(CancelTask, CancelTaskHandler)
route(RetryTask, RetryTaskHandler)
route(UpdateTask, UpdateTaskHandler)
route(DeleteTask, DeleteTaskHandler)
route(ExpireTasks, ExpireTasksHandler)
route(TrimQueues, TrimQueuesHandler)
route(GetTask, GetTaskHandler)
route(GetTaskJson, GetTaskJsonHandler)
route(ListTasks, ListTasksHandler)
route(ListTaskEvents, ListTaskEventsHandler)
route(FollowTaskEvents, FollowTaskEventsHandler)
route(WaitForTask, WaitForTaskHandler)
route(WatchTask, WatchTaskHandler)
route(WatchBatch, WatchBatchHandler)
route(FollowBatchEvents, FollowBatchEventsHandler)
route(ListBatchEvents, ListBatchEventsHandler)
route(SignDownload, SignDownloadHandler)
route(CreateBatch, CreateBatchHandler)
route(CompleteBatch, CompleteBatchHandler)
route(GetBatch, GetBatchHandler)
route(ListBatches, ListBatchesHandler)
route(FindPhotos, FindPhotosHandler)
route(GetAlbum, GetAlbumHandler)
route(ListAlbums, ListAlbumsHandler)
route(ListReview, ListReviewHandler)
route(GetRoster, GetRosterHandler)
route(PutRoster, PutRosterHandler)
route(RemoveRoster, RemoveRosterHandler)
route(CorrectBibs, CorrectBibsHandler)
route(GetQueueStats, GetQueueStatsHandler)
route(GetQueueLoad, GetQueueLoadHandler)
route(ListQueueJobs, ListQueueJobsHandler)
route(SwitchQueue, SwitchQueueHandler)
route(CountDeadLetters, CountDeadLettersHandler)
route(ReplayDeadLetters, ReplayDeadLettersHandler)
route(GetStats, GetStatsHandler)
route(CreateKey, CreateKeyHandler)
route(CreateUploadToken, CreateUploadTokenHandler)
route(ListKeys, ListKeysHandler)
route(RotateKey, RotateKeyHandler)
route(RevokeKey, RevokeKeyHandler)
route(ListAudit, ListAuditHandler)
route(GetUsage, GetUsageHandler)

/**
 * A mediator for handlers that are already constructed. Throws if a routed handler is missing or an
 * unknown one is given.
 */
export function createMediator(handlers: readonly object[]): { send: Send } {
  const built = new Map(handlers.map((handler) => [handler.constructor as unknown, handler]))
  for (const handler of handlerOf.keys()) {
    if (!built.has(handler)) throw new Error(`${nameOf(handler)} is routed but was not constructed`)
  }
  for (const handler of built.keys()) {
    if (!handlerOf.has(handler)) throw new Error(`${nameOf(handler)} was constructed but is not routed`)
  }
  const resolver: Resolver = { add: () => {}, resolve: (type) => built.get(type) as never }
  const mediator = new Mediator({ resolver })
  return { send: mediator.send.bind(mediator) as Send }
}

const nameOf = (type: unknown): string => (type as { name: string }).name
