import type { AcceptedTask, ListedTask, Task, TaskLogEntry } from '@darkroom/contracts'
import { estimateText } from '../estimates/estimate-text.ts'
import { taskPage } from './page-paths.ts'
import { policyOf, type Kinds } from './kind.ts'
import type { LogEntry, TaskRecord } from './task.ts'

export type TaskViews = ReturnType<typeof createTaskViews>

/** Converts tasks to the forms that clients see. */
export function createTaskViews(kinds: Kinds) {
  const task = (record: TaskRecord): Task => toTaskView(record, kinds)
  return {
    task,

    /** In lists: a page of a hundred tasks must not grow to megabytes. */
    listed(record: TaskRecord): ListedTask {
      const view = task(record)
      const isLarge = Buffer.byteLength(JSON.stringify(record.metadata)) > LISTED_METADATA_BYTES
      return isLarge ? { ...view, metadata: {}, metadataOmitted: true } : view
    },

    /** In the response to its upload: with the estimate. */
    accepted(record: TaskRecord): AcceptedTask {
      const estimate = record.estimate ?? NO_ESTIMATE
      return { ...task(record), estimatedTime: estimateText(estimate), estimate }
    },
  }
}

function toTaskView(task: TaskRecord, kinds: Kinds): Task {
  const self = `/api/v1/tasks/${task.id}`
  // The record of an expired task lists its files until they are removed, but they can no longer be
  // downloaded.
  const shown = task.status === 'expired' ? { ...task, files: [] } : task
  return {
    id: task.id,
    jobId: task.jobId,
    kind: task.kind,
    status: task.status,
    priority: task.priority,
    name: task.name,
    originalPath: task.originalPath,
    source: task.source,
    ...policyOf(kinds, task.kind).viewOf(shown, self),
    progress: task.progress,
    attempts: { made: task.attempts.made, max: task.attempts.max, nextAt: iso(task.attempts.nextAt) },
    epoch: task.epoch,
    error: task.error,
    metadata: task.metadata,
    batchId: task.batchId ?? null,
    processingTimeMs: task.processingTimeMs,
    waitMs: task.waitMs,
    workerId: task.workerId,
    createdAt: task.createdAt.toISOString(),
    updatedAt: task.updatedAt.toISOString(),
    startedAt: iso(task.startedAt),
    finishedAt: iso(task.finishedAt),
    expiresAt: iso(task.expiresAt),
    links: taskLinks(task),
  }
}

export function taskLinks({ id }: { id: string }): Task['links'] {
  const self = `/api/v1/tasks/${id}`
  return {
    self,
    status: self,
    download: `${self}/download`,
    events: `${self}/events`,
    page: taskPage(id),
  }
}

const LISTED_METADATA_BYTES = 4096

/**
 * An entry of a task's log as clients see it. The store cannot know it, but `data` is that of an
 * event of this type.
 */
export const toLogView = ({ seq, epoch, attempt, type, at, data = {} }: LogEntry): TaskLogEntry =>
  ({ seq, epoch, attempt, type, at: at.toISOString(), data }) as TaskLogEntry

/** For tasks that an earlier release accepted. */
const NO_ESTIMATE = { p50Ms: 5000, p90Ms: 30_000, position: 0 }

const iso = (date: Date | null): string | null => date?.toISOString() ?? null
