import {
  DEFAULT_TENANT,
  originalKey,
  THUMB,
  toStoredFile,
  toThumb,
  variantKey,
  type Preview,
  type StoredFile,
  type TaskPage,
  type Variant,
} from '@darkroom/contracts'
import { FAILED_TASK_ID, JOB_ID, TASK_ID } from '../http/openapi/example-ids.ts'
import { formatCursor } from '../tasks/list-page.ts'
import { createKinds } from '../kinds/kinds.ts'
import { createTaskViews } from '../tasks/task-view.ts'
import { UNTOUCHED, type TaskRecord } from '../tasks/task.ts'

/**
 * When the example task was accepted. The times of its other events are relative to this, in ms.
 */
export const CREATED_AT = Date.UTC(2026, 4, 4, 9, 30, 0, 120)
const after = (ms: number): Date => new Date(CREATED_AT + ms)
const WEEK_MS = 7 * 86_400_000

export const WORKER_ID = 'photos-1-4127'

const variant = (resolution: string, height: number, file: Pick<Variant, 'size' | 'md5'>): Variant => ({
  resolution,
  width: Number(resolution),
  height,
  format: 'jpeg',
  ...file,
  path: variantKey(DEFAULT_TENANT, 'beach', resolution, file.md5),
})

export const EXAMPLE_VARIANTS: Variant[] = [
  variant('1024', 768, { size: 143_210, md5: '5d0f2a8c6b9e4713a1c7e35f90b24d68' }),
  variant('800', 600, { size: 94_517, md5: 'b3c81e07f4a92d5680e6c1f7392ad45e' }),
]

const thumb = { size: 11_942, md5: '90f3a6d1b7254ce8a1d06b9e7c23f584' }
const EXAMPLE_PREVIEW: Preview = {
  width: 320,
  height: 240,
  ...thumb,
  path: variantKey(DEFAULT_TENANT, 'beach', THUMB, thumb.md5),
  thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
  color: '#7fa8c9',
}

export const EXAMPLE_FILES: StoredFile[] = [...EXAMPLE_VARIANTS.map(toStoredFile), toThumb(EXAMPLE_PREVIEW)]

const pending: TaskRecord = {
  ...UNTOUCHED,
  id: TASK_ID,
  tenant: DEFAULT_TENANT,
  jobId: JOB_ID,
  kind: 'image.optimize',
  priority: 'interactive',
  name: 'beach.jpg',
  imageName: 'beach',
  originalPath: originalKey({ tenant: DEFAULT_TENANT, folder: 'images', taskId: TASK_ID, extension: 'jpg' }),
  source: {
    bytes: 3_412_345,
    format: 'jpeg',
    width: 4032,
    height: 3024,
    orientation: 1,
    sha256: '8e4b1d7f0a6c3952e7d81b40f6a2c95d3e70b8c41f9a6d2570e3b8f1c46a9d20',
  },
  metadata: { album: 7 },
  ttlSeconds: WEEK_MS / 1000,
  files: [],
  result: {},
  attempts: { made: 0, max: 3, nextAt: null },
  dispatch: { state: 'due' },
  nextCheckAt: null,
  log: [],
  estimate: { p50Ms: 1200, p90Ms: 4300, position: 3 },
  createdAt: after(0),
  updatedAt: after(0),
}

const processing: TaskRecord = {
  ...pending,
  status: 'processing',
  progress: { stage: 'encode', percent: 45 },
  waitMs: 12,
  workerId: WORKER_ID,
  startedAt: after(12),
  updatedAt: after(40),
}

const completed: TaskRecord = {
  ...processing,
  status: 'completed',
  progress: { stage: 'done', percent: 100 },
  attempts: { made: 1, max: 3, nextAt: null },
  files: EXAMPLE_FILES,
  processingTimeMs: 71,
  finishedAt: after(83),
  updatedAt: after(84),
  expiresAt: after(83 + WEEK_MS),
}

const cancelled: TaskRecord = {
  ...pending,
  status: 'cancelled',
  progress: { stage: 'cancelled', percent: 0 },
  finishedAt: after(9000),
  updatedAt: after(9000),
  expiresAt: after(9000 + WEEK_MS),
}

const failed: TaskRecord = {
  ...completed,
  id: FAILED_TASK_ID,
  jobId: 'c2d9a1f4-6e80-4b37-8a5c-0f1e97b3d642',
  name: 'IMG_0417.JPG',
  imageName: 'img-0417',
  originalPath: originalKey({ tenant: DEFAULT_TENANT, folder: 'images', taskId: FAILED_TASK_ID, extension: 'jpg' }),
  status: 'failed',
  progress: { stage: 'failed', percent: 0 },
  files: [],
  processingTimeMs: null,
  error: {
    code: 'IMAGE_CORRUPT',
    message: 'The image is damaged: some of its pixels are missing or cannot be read. Send the original file again.',
    retryable: false,
  },
  createdAt: after(-72_000),
  startedAt: after(-71_985),
  finishedAt: after(-71_940),
  updatedAt: after(-71_939),
  expiresAt: after(-71_940 + WEEK_MS),
}

const views = createTaskViews(createKinds({}))

/** Tasks as shown by the API, created by the code that shows them. */
export const taskExamples = {
  accepted: views.accepted(pending),
  processing: views.task(processing),
  completed: views.task(completed),
  edited: views.task({ ...completed, name: 'beach at noon.jpg', updatedAt: after(60_000) }),
  failed: views.task(failed),
  cancelled: views.task(cancelled),
  restarted: views.task({ ...pending, epoch: 2, restartedAt: after(120_000), updatedAt: after(120_000) }),
}

const page = (items: TaskPage['items'], total: number): TaskPage => ({
  items,
  page: 1,
  limit: 20,
  total,
  totalIsExact: true,
  nextCursor: null,
})

export const taskPageExamples = {
  tasks: {
    ...page([completed, failed].map(views.listed), 57),
    limit: 2,
    nextCursor: formatCursor(views.listed(failed)),
  },
  failed: page([views.listed(failed)], 1),
}
