import {
  imageOptimize,
  PRIORITIES,
  type ImageJob,
  type QueueJob,
  type QueueLoad,
  type QueueStats,
  type WorkerList,
} from '@darkroom/contracts'
import { TASK_ID } from '../http/openapi/example-ids.ts'
import { taskExamples } from './task-examples.ts'

const { originalPath, createdAt, priority } = taskExamples.accepted

const running: QueueStats = {
  name: imageOptimize.queue,
  kind: imageOptimize.kind,
  waiting: 14,
  active: 4,
  completed: 100,
  failed: 3,
  delayed: 1,
  paused: 0,
  prioritized: 14,
  isPaused: false,
  oldestWaitingMs: 820,
  workers: 2,
}

export const queueStatsExamples = {
  running,
  paused: { ...running, active: 0, paused: 14, isPaused: true, oldestWaitingMs: 95_400 },
}

const { id, name, workerId, startedAt } = taskExamples.processing

export const workerListExample: WorkerList = {
  items: [
    {
      ...{
        id: workerId ?? '',
        kind: imageOptimize.kind,
        queue: imageOptimize.queue,
        slots: 4,
        version: '0.1.0',
        since: createdAt,
      },
      tasks: [{ id, name, startedAt }],
    },
  ],
}

export const queueLoadExample: QueueLoad = {
  queue: imageOptimize.queue,
  workSeconds: 1.387,
  waiting: running.waiting,
  active: running.active,
  due: running.delayed,
}

const data: ImageJob = {
  taskId: TASK_ID,
  imagePath: originalPath,
  timestamp: Date.parse(createdAt),
  epoch: 1,
  tenant: 'default',
  imageName: 'beach',
}

const waiting: QueueJob = {
  jobId: TASK_ID,
  taskId: TASK_ID,
  name: imageOptimize.job,
  state: 'prioritized',
  priority: PRIORITIES[priority],
  attemptsMade: 0,
  failedReason: null,
  createdAt,
  processedOn: null,
  finishedOn: null,
  data,
}

export const queueJobPageExample = { items: [waiting], state: 'waiting' as const, start: 0, end: 49 }
