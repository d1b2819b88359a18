import {
  notifyFields,
  shownBib,
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
  /** Missing in entries of earlier releases that had none. */
  data: data.exactOptional(),
})
export type LogEntry = z.infer<typeof logEntry>

/** A task as it is stored, the single source of truth. Validated on insert. */
export const taskRecord = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  jobId: z.string(),
  kind: taskKind,
  status: taskStatus,
  priority: taskPriority,
  name: z.string(),
  /** The folder of its result files. */
  imageName: z.string(),
  originalPath: z.string(),
  source: taskSource,
  metadata: data,
  ttlSeconds: z.number(),
  files: z.array(storedFile),
  /** What the kind returns in addition to files. */
  result: data,
  progress: z.strictObject({ stage: z.string(), percent: z.number() }),
  attempts: z.strictObject({ made: count, max: count, nextAt: z.date().nullable() }),
  error: taskError.nullable(),
  processingTimeMs: z.number().nullable(),
  waitMs: z.number().nullable(),
  workerId: z.string().nullable(),
  startedAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
  /** When it was last restarted; null in the first epoch. */
  restartedAt: z.date().nullable(),
  /** When its files expire, by the API's clock; null until it ends. */
  expiresAt: z.date().nullable(),
  /**
   * When the files of an expired task are removed; null before it expires and after their removal.
   */
  purgeAt: z.date().nullable(),
  purgedAt: z.date().nullable(),
  /** Failed attempts to remove its files. */
  purgeFailures: count.exactOptional(),
  /** When the record of an expired task is removed. */
  removeAt: z.date().nullable(),
  /** 1 after the upload, one more after each restart. */
  epoch: count,
  /**
   * Position of the last applied event in the history of the epoch: the fence against late and
   * duplicate events.
   */
  seq: count,
  /** Number of applied writes. */
  rev: count,
  /** The outbox: `due` until the job is known to be on the queue. */
  dispatch: z.strictObject({ state: z.enum(['due', 'sent']) }),
  /** When the sweeper next checks this task; null once it has ended and its job is gone. */
  nextCheckAt: z.date().nullable(),
  log: z.array(logEntry),
  /** The batch that it was uploaded with. */
  batchId: z.string().exactOptional(),
  /** The estimate that was given when it was accepted. */
  estimate: taskEstimate.exactOptional(),
  /** If it is still unfinished after this time, something is wrong. */
  lateAt: z.date().exactOptional(),
  /** What a person said about a photo, which no run changes. */
  correction: z.strictObject({ bibs: z.array(shownBib), at: z.date() }).exactOptional(),
  /** When the readings of a photo have to be searchable; null once they are. */
  readingsDueAt: z.date().nullable().exactOptional(),
  /** Where the end of the task is reported to. */
  callbackUrl: z.string().exactOptional(),
  /** People who are told of the end of the task. */
  notify: notifyFields.exactOptional(),
  /** The epoch whose end people are told of, if it is not the first. */
  notifyEpoch: count.exactOptional(),
  /**
   * Since when events have been waiting to be told to webhooks and people. While there are none, a
   * task whose end somebody waits for has `tellIdleAt` instead: the write of its end renames it.
   */
  tellDueAt: z.date().exactOptional(),
  tellIdleAt: z.date().exactOptional(),
  /** The last event that was told. */
  told: z.strictObject({ epoch: count, seq: count }).exactOptional(),
  /** The client's idempotency key, and a digest of the whole request. */
  idempotency: z.strictObject({ key: z.string(), fingerprint: z.string() }).exactOptional(),
  /** The span of the request that created or last restarted it, if tracing was on. */
  trace: z.string().exactOptional(),
  createdAt: z.date(),
  updatedAt: z.date(),
})
export type TaskRecord = z.infer<typeof taskRecord>
