import {
  DEFAULT_TENANT,
  eventSeq,
  STEP,
  THUMB,
  toThumb,
  variantKey,
  type StoredFile,
  type TaskEvent,
  type TaskEventOf,
  type Variant,
} from '@darkroom/contracts'
import { createKinds } from '../src/kinds/kinds.ts'
import { createTaskViews } from '../src/tasks/task-view.ts'
import { newTaskId } from '../src/tasks/task-store.ts'
import { UNTOUCHED, type TaskRecord } from '../src/tasks/task.ts'

export const testKinds = createKinds({})
export const testViews = createTaskViews(testKinds)

const STARTED = Date.UTC(2026, 4, 1, 12)

/**
 * One run of a job: progress events, then its end. A lost run ends without an event, because its
 * worker died.
 */
export interface Run {
  progress: number
  end: 'retry' | 'lost' | 'completed' | 'failed' | 'running'
}

/** A stored task without any events. */
export function newRecord(given: Partial<TaskRecord> = {}): TaskRecord {
  const id = given.id ?? newTaskId()
  const createdAt = given.createdAt ?? new Date()
  return {
    ...UNTOUCHED,
    id,
    tenant: DEFAULT_TENANT,
    jobId: crypto.randomUUID(),
    kind: 'image.optimize',
    priority: 'interactive',
    name: 'photo.jpg',
    imageName: 'photo',
    originalPath: `storage/images/${id}/original.jpg`,
    source: { bytes: 1, format: 'jpeg', width: 1, height: 1, sha256: '0' },
    metadata: {},
    ttlSeconds: 3600,
    files: [],
    result: {},
    attempts: { made: 0, max: 3, nextAt: null },
    dispatch: { state: 'due' },
    nextCheckAt: new Date(createdAt.getTime() + 5000),
    log: [],
    createdAt,
    updatedAt: createdAt,
    ...given,
  }
}

const sampleVariants: readonly Variant[] = [
  variantOf('1024', 768, 'a'.repeat(32)),
  variantOf('800', 600, 'b'.repeat(32)),
]

export function variantOf(resolution: '1024' | '800', height: number, md5: string, size = 1000): Variant {
  const path = variantKey(DEFAULT_TENANT, 'photo', resolution, md5)
  return { resolution, width: Number(resolution), height, format: 'jpeg', size, md5, path }
}

export function thumbOf(md5: string, size = 100): StoredFile {
  const path = variantKey(DEFAULT_TENANT, 'photo', THUMB, md5)
  return toThumb({
    width: 320,
    height: 240,
    size,
    md5,
    path,
    thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
    color: '#7fa8c9',
  })
}

/** All events of a task with these runs, in the order in which they happen. */
export function historyOf(task: { id: string; tenant?: string; epoch?: number }, runs: readonly Run[]): TaskEvent[] {
  const events: TaskEvent[] = []
  let attempts = 0
  let clock = STARTED
  runs.forEach((run, index) => {
    const attempt = index + 1
    const startedAt = (clock += 10_000)
    const at = (step: number) => ({
      taskId: task.id,
      tenant: task.tenant ?? DEFAULT_TENANT,
      epoch: task.epoch ?? 1,
      timestamp: (clock += 2000),
      attempt,
      seq: eventSeq(attempt, step),
      workerId: `worker-${attempt}`,
      startedAt,
      waitMs: startedAt - STARTED,
      attempts,
    })
    const fault = { error: 'The disk is full', code: 'STORAGE_FULL', retryable: true }
    events.push({ eventType: 'task.processing', ...at(STEP.processing) })
    for (let step = 0; step < run.progress; step++)
      events.push({
        eventType: 'task.progress',
        ...at(STEP.progress + step),
        stage: 'encode',
        percent: 10 * (step + 1),
      })
    if (run.end === 'lost' || run.end === 'running') return
    attempts++
    if (run.end === 'retry') events.push({ eventType: 'task.retry', ...at(STEP.retry), ...fault, nextAt: clock + 2000 })
    if (run.end === 'failed') events.push({ eventType: 'task.failed', ...at(STEP.failed), ...fault, willRetry: false })
    if (run.end === 'completed')
      events.push({
        eventType: 'task.completed',
        ...at(STEP.completed),
        images: [...sampleVariants],
        processingTime: 70,
      })
  })
  return events
}

export const createdOf = (task: { id: string }): TaskEventOf<'task.created'> => ({
  eventType: 'task.created',
  taskId: task.id,
  tenant: DEFAULT_TENANT,
  timestamp: STARTED,
  epoch: 1,
  attempt: 0,
  seq: 0,
  kind: 'image.optimize',
  priority: 'interactive',
  name: 'photo.jpg',
})

/** The event of a task's first run that completed with these files. */
export function completedOf(
  task: { id: string },
  images: readonly Variant[] = sampleVariants,
): TaskEventOf<'task.completed'> {
  const last = historyOf(task, [{ progress: 0, end: 'completed' }]).at(-1) as TaskEventOf<'task.completed'>
  return { ...last, images: [...images] }
}
