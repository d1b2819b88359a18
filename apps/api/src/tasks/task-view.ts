import type { AcceptedTask, ListedTask, Task, TaskLogEntry } from '@darkroom/contracts'
import { estimateText } from '../estimates/estimate-text.ts'
import type { LogEntry, TaskRecord } from './task.ts'

/** The task as clients see it. */
export function toTaskView(task: TaskRecord): Task {
  const self = `/api/v1/tasks/${task.id}`
  return {
    id: task.id,
    jobId: task.jobId,
    kind: task.kind,
    status: task.status,
    priority: task.priority,
    name: task.name,
    originalPath: task.originalPath,
    source: task.source,
    // The record of an expired task remembers its files until they are removed, but they cannot be
    // had any more.
    images: (task.status === 'expired' ? [] : task.images).map((image) => ({
      ...image,
      url: `${self}/download?resolution=${image.resolution}`,
    })),
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
    links: { self, status: `/api/jobs/${task.jobId}/status`, download: `${self}/download`, events: `${self}/events` },
  }
}

/** The task as lists show it: a hundred of them must not make an answer of megabytes. */
export function toListedView(task: TaskRecord): ListedTask {
  const view = toTaskView(task)
  const isLarge = Buffer.byteLength(JSON.stringify(task.metadata)) > LISTED_METADATA_BYTES
  return isLarge ? { ...view, metadata: {}, metadataOmitted: true } : view
}

const LISTED_METADATA_BYTES = 4096

/**
 * An entry of a task's log as clients see it. The store cannot know it, but `data` is what an event
 * of this type said.
 */
export const toLogView = ({ seq, epoch, attempt, type, at, data = {} }: LogEntry): TaskLogEntry =>
  ({ seq, epoch, attempt, type, at: at.toISOString(), data }) as TaskLogEntry

/** The task in the answer to its upload: with what is expected of it. */
export function toAcceptedView(task: TaskRecord): AcceptedTask {
  const estimate = task.estimate ?? NO_ESTIMATE
  return { ...toTaskView(task), estimatedTime: estimateText(estimate), estimate }
}

/** Of tasks that an earlier release accepted. */
const NO_ESTIMATE = { p50Ms: 5000, p90Ms: 30_000, position: 0 }

const iso = (date: Date | null): string | null => date?.toISOString() ?? null
