export { formatFailureReason, parseFailureReason, type FailureReason } from './failure-reason.ts'
export { createGiveBack, leaveJob, type GiveBack } from './give-back.ts'
export { announceInstallation, readAnnouncedInstallation } from './installation-notice.ts'
export { inspectQueue, type QueueInspection } from './inspect-queue.ts'
export { createMaintenance, type Maintenance, type Schedule } from './maintenance.ts'
export { queueNames, redisNames, type NamesGiven, type QueueNames, type RedisNames } from './names.ts'
export {
  compareEventIds,
  createQueueEventStream,
  type QueueEvent,
  type QueueEventPage,
  type QueueEventStream,
  type StreamEnds,
} from './queue-event-stream.ts'
export {
  createQueueWorker,
  permanentFailure,
  recoverStalledJobs,
  type JobProcessor,
  type QueueWorker,
  type QueueWorkerOptions,
} from './queue-worker.ts'
export { createQueueGauge, type QueueGauge, type QueueReading } from './queue-gauge.ts'
export { type CompletedEvent, type QueuedJob } from './queued-job.ts'
export { type QueueLoad } from './queue-load.ts'
export {
  completedEvent,
  failedEvent,
  jobRunOf,
  processingEvent,
  progressEvent,
  retryEvent,
  type JobRun,
  type Progress,
} from './run-events.ts'
export { LOCK_LOST } from './run-locks.ts'
export { publishTaskCommand, subscribeTaskCommands, type CommandHandlers } from './task-commands-channel.ts'
export { QueueUnavailableError, TaskQueue, type Delivery } from './task-queue.ts'
export { createTaskQueues, type TaskQueues } from './task-queues.ts'
export { createTaskEventsPublisher, subscribeTaskEvents, type PublishTaskEvent } from './task-events-channel.ts'
export { jobsAfter, NO_TURNS, nextTurn, type TenantWeights, type Turns } from './turns.ts'
export { announceSlots, readWorkerPresence, type ConnectedWorker, type WorkerPresence } from './worker-presence.ts'
export { createWorkQueue, type WorkQueue } from './work-queue.ts'
