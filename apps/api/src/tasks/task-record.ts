import {
  storedFile,
  taskError,
  taskEstimate,
  taskEvent,
  taskKind,
  taskPriority,
  taskSource,
  taskStatus,
} from '@darkroom/contracts'
import { z } from 'zod'

const count = z.number().int()
const data = z.record(z.string(), z.unknown())

const logEntry = z.strictObject({
  seq: count,
  epoch: count,
  attempt: count,
  type: z.enum(taskEvent.options.map(({ shape }) => shape.eventType.value)),
  at: z.date(),
  /** Missing where an earlier release had nothing to say. */
  data: data.exactOptional(),
})
export type LogEntry = z.infer<typeof logEntry>

/** A task as it is stored: the one truth about it. Checked when it is inserted. */
export const taskRecord = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  jobId: z.string(),
  kind: taskKind,
  status: taskStatus,
  priority: taskPriority,
  name: z.string(),
  /** The folder of its results. */
  imageName: z.string(),
  originalPath: z.string(),
  source: taskSource,
  metadata: data,
  ttlSeconds: z.number(),
  files: z.array(storedFile),
  /** What the kind answers beside files. */
  result: data,
  progress: z.strictObject({ stage: z.string(), percent: z.number() }),
  attempts: z.strictObject({ made: count, max: count, nextAt: z.date().nullable() }),
  error: taskError.nullable(),
  processingTimeMs: z.number().nullable(),
  waitMs: z.number().nullable(),
  workerId: z.string().nullable(),
  startedAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
  /** When a person last restarted it; null in the first epoch. */
  restartedAt: z.date().nullable(),
  /** When its files may go, by the API's clock; null while it has not ended. */
  expiresAt: z.date().nullable(),
  /** When the files of an expired task are removed; null before it expires, and when they are gone. */
  purgeAt: z.date().nullable(),
  purgedAt: z.date().nullable(),
  /** Tries to remove its files that failed. */
  purgeFailures: count.exactOptional(),
  /** When the record of an expired task goes, too. */
  removeAt: z.date().nullable(),
  /** Times (re)started by a person. */
  epoch: count,
  /**
   * Place in the epoch's history of the last event that took effect: the fence against late and
   * duplicate ones.
   */
  seq: count,
  /** Writes that took effect. */
  rev: count,
  /** The outbox: `due` until the job is known to be on the queue. */
  dispatch: z.strictObject({ state: z.enum(['due', 'sent']) }),
  /** When somebody has to look after this task; null once it has ended and nothing is left of its job. */
  nextCheckAt: z.date().nullable(),
  log: z.array(logEntry),
  /** The batch that it was uploaded with. */
  batchId: z.string().exactOptional(),
  /** What was said about its duration when it was accepted. */
  estimate: taskEstimate.exactOptional(),
  /** Unfinished after this time, something is wrong with it. */
  lateAt: z.date().exactOptional(),
  /** The client's own name for the request that made this task, and a digest of all it asked for. */
  idempotency: z.strictObject({ key: z.string(), fingerprint: z.string() }).exactOptional(),
  createdAt: z.date(),
  updatedAt: z.date(),
})
export type TaskRecord = z.infer<typeof taskRecord>
