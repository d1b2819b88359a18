// The response shapes that the product promises, a second definition by hand: if responses were
// compared with the code's own schemas, a field that is missing in both would go unnoticed. No
// object may have additional fields.
import { z } from 'zod'

export const text = z.string().min(1)
export const count = z.int().min(0)
export const milliseconds = z.number().min(0)
export const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const id = z.string().regex(/^[0-9a-f]{24}$/)
const jobId = z
  .string()
  .regex(/^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|video-[a-z0-9-]+-\d{13})$/)
const md5 = z.string().regex(/^[0-9a-f]{32}$/)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
export const code = z.string().regex(/^[A-Z]+(_[A-Z]+)*$/)

const statuses = ['pending', 'processing', 'completed', 'failed', 'cancelled', 'expired'] as const
export const priorities = ['premium', 'interactive', 'normal', 'batch'] as const

export const problem = z.strictObject({
  type: z.literal('about:blank'),
  title: text,
  status: z.int().min(400).max(599),
  detail: z.string().min(10),
  code,
  instance: text,
  errors: z
    .array(z.strictObject({ pointer: z.string().startsWith('/'), detail: text }))
    .min(1)
    .optional(),
})

export const image = z.strictObject({
  resolution: z.enum(['1024', '800']),
  width: count,
  height: count,
  format: z.literal('jpeg'),
  size: count,
  md5,
  path: z.string().regex(/^output\/[a-z0-9-]{1,80}\/(1024|800)\/[0-9a-f]{32}\.jpg$/),
})

const thumbPath = z.string().regex(/^output\/[a-z0-9-]{1,80}\/thumb\/[0-9a-f]{32}\.jpg$/)
const looks = { thumbhash: z.string().regex(/^[\w+/]+=*$/), color: z.string().regex(/^#[0-9a-f]{6}$/) }

/** The thumbnail of a photo in an event. */
export const thumbFile = z.strictObject({
  name: z.literal('thumb'),
  contentType: z.literal('image/jpeg'),
  bytes: count,
  md5,
  path: thumbPath,
  facts: z.strictObject({ width: count, height: count, ...looks }),
})

/** The thumbnail in a task. */
const preview = z
  .strictObject({
    width: count,
    height: count,
    size: count,
    md5,
    path: thumbPath,
    ...looks,
    url: z.string().regex(/^\/api\/v1\/tasks\/[0-9a-f]{24}\/download\?resolution=thumb&v=[0-9a-f]{32}$/),
  })
  .nullable()

const fileSource = z.strictObject({
  bytes: count,
  format: z.enum(['jpeg', 'png', 'webp', 'gif']),
  width: count,
  height: count,
  orientation: z.int().min(1).max(8),
  sha256,
  url: z.string().optional(),
})
const albumName = z
  .string()
  .regex(/^[a-z0-9-]{1,80}$/)
  .optional()
const pendingSource = z.strictObject({ url: z.string().regex(/^https?:/) })

/** The variants of a photo as files like any others. */
const variantFiles = z.array(
  z.strictObject({
    name: z.enum(['1024', '800']),
    contentType: z.literal('image/jpeg'),
    size: count,
    md5,
    path: image.shape.path,
    facts: z.strictObject({ width: count, height: count }),
    url: z.string().regex(/^\/api\/v1\/tasks\/[0-9a-f]{24}\/download\?file=(1024|800)&v=[0-9a-f]{32}$/),
  }),
)

const taskFields = {
  id,
  jobId,
  kind: z.literal('image.optimize'),
  status: z.enum(statuses),
  priority: z.enum(priorities),
  name: text,
  originalPath: z.string().regex(/^storage\/images\/[0-9a-f]{24}\/original\.(jpg|png|webp|gif)$/),
  source: z.union([fileSource, pendingSource]),
  images: z.array(
    image.extend({
      url: z.string().regex(/^\/api\/v1\/tasks\/[0-9a-f]{24}\/download\?resolution=(1024|800)&v=[0-9a-f]{32}$/),
    }),
  ),
  files: variantFiles,
  preview,
  result: z.null(),
  savedBytes: z.int().nullable(),
  progress: z.strictObject({ stage: text, percent: z.number().min(0).max(100) }),
  attempts: z.strictObject({ made: count, max: z.literal(3), nextAt: time.nullable() }),
  epoch: z.int().min(1),
  error: z.strictObject({ code, message: text, retryable: z.boolean() }).nullable(),
  metadata: z.record(z.string(), z.unknown()),
  processingTimeMs: milliseconds.nullable(),
  waitMs: milliseconds.nullable(),
  workerId: text.nullable(),
  createdAt: time,
  updatedAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  expiresAt: time.nullable(),
  links: z.strictObject({ self: text, status: text, download: text, events: text, page: text }),
  /** The values by which the list can be filtered. */
  batchId: id.nullable(),
}

export const bib = z.strictObject({
  number: text,
  confidence: z.number().min(0).max(1),
  box: z.strictObject({ left: milliseconds, top: milliseconds, width: milliseconds, height: milliseconds }).optional(),
  origin: z.enum(['ocr', 'roster', 'person']),
  raw: z.string().optional(),
  unlisted: z.literal(true).optional(),
})

const videoResult = {
  videoUrl: z.string().regex(/^\/api\/v1\/tasks\/[0-9a-f]{24}\/download\?file=video&v=[0-9a-f]{32}$/),
  durationSeconds: z.number(),
  width: count,
  height: count,
  frames: count,
}

/** Those of a video: its original is its input. */
const videoFields = {
  ...taskFields,
  kind: z.literal('video.render'),
  jobId: z.string().regex(/^video-[a-z0-9-]+-\d{13}$/),
  originalPath: z.string().regex(/^storage\/videos\/[0-9a-f]{24}\/original\.json$/),
  attempts: z.strictObject({ made: count, max: z.literal(2), nextAt: time.nullable() }),
  source: z.strictObject({
    bytes: count,
    template: z.literal('weather'),
    city: text,
    language: z.enum(['es', 'en', 'pt']),
    format: z.enum(['landscape', 'portrait']),
    sha256,
  }),
  images: z.tuple([]),
  preview: z.null(),
  files: z.array(
    z.strictObject({
      name: z.enum(['video', 'poster']),
      contentType: z.enum(['video/mp4', 'image/jpeg']),
      size: count,
      md5,
      path: z.string().regex(/^output\/videos\/[a-z0-9-]+\/[0-9a-f]{32}\.(mp4|jpg)$/),
      facts: z.strictObject({ width: count, height: count }),
      url: z.string().regex(/^\/api\/v1\/tasks\/[0-9a-f]{24}\/download\?file=(video|poster)&v=[0-9a-f]{32}$/),
    }),
  ),
  result: z.union([z.strictObject({}), z.strictObject(videoResult)]),
  savedBytes: z.null(),
}

/** Those of a photo of a race: its variants are files like any others. */
const photoFields = {
  ...taskFields,
  kind: z.literal('photo.bibs'),
  originalPath: z.string().regex(/^storage\/photos\/[0-9a-f]{24}\/original\.(jpg|png|webp|gif)$/),
  source: z.union([fileSource.extend({ album: albumName }), pendingSource.extend({ album: albumName })]),
  images: z.tuple([]),
  result: z.strictObject({ bibs: z.array(bib).optional() }),
}

interface AnyTask extends Record<string, unknown> {
  id: string
  files: { url: string; size: number }[]
  images: { url: string; size: number }[]
  savedBytes: number | null
  source: object
  status: (typeof statuses)[number]
}

/** Videos have no larger original. */
const savedBytesFit = ({ savedBytes, source, files: [largest], images }: AnyTask): boolean =>
  savedBytes === null ||
  ('bytes' in source && Number(source.bytes) - (images[0] ?? largest ?? { size: 0 }).size === savedBytes)

/** The fields that follow from the status and the ids. */
function hangsTogether(task: AnyTask): boolean {
  const self = `/api/v1/tasks/${task.id}`
  const links = {
    self,
    status: self,
    download: `${self}/download`,
    events: `${self}/events`,
    page: `/tasks/${task.id}`,
  }
  const hasEnded = !['pending', 'processing'].includes(task.status)
  return (
    JSON.stringify(task['links']) === JSON.stringify(links) &&
    String(task['originalPath']).split('/')[2] === task.id &&
    [...task.files, ...task.images].every(({ url }) => url.startsWith(`${self}/download?`)) &&
    task.files.length > 0 === (task.status === 'completed') &&
    savedBytesFit(task) &&
    (task['finishedAt'] !== null) === hasEnded &&
    (task['expiresAt'] !== null) === hasEnded &&
    (task.status !== 'failed' || task['error'] !== null)
  )
}

const CONTRADICTION = 'the fields of the task contradict each other'

export const task = z.strictObject(taskFields).refine(hangsTogether, CONTRADICTION)
const video = z.strictObject(videoFields).refine(hangsTogether, CONTRADICTION)
export const photo = z.strictObject(photoFields).refine(hangsTogether, CONTRADICTION)

const acceptedFields = {
  status: z.literal('pending'),
  estimatedTime: z.string().regex(/^(\d+-\d+ (seconds|minutes)|not before the queue is resumed)$/),
  estimate: z.strictObject({ p50Ms: count, p90Ms: count, position: count, paused: z.literal(true).optional() }),
}
export const taskAtUrl = z.strictObject({ ...taskFields, ...acceptedFields, source: pendingSource })
export const photoAtUrl = z.strictObject({ ...photoFields, ...acceptedFields, source: pendingSource })
export const acceptedTask = z.strictObject({ ...taskFields, ...acceptedFields }).refine(hangsTogether, CONTRADICTION)
export const acceptedVideo = z.strictObject({ ...videoFields, ...acceptedFields }).refine(hangsTogether, CONTRADICTION)

/** The response to `/api/render-video`. */
export const queuedVideo = z.strictObject({
  jobId: videoFields.jobId,
  status: z.literal('pending'),
  message: z.literal('Video render job has been queued'),
  estimatedTime: acceptedFields.estimatedTime,
})
export const acceptedPhoto = z.strictObject({ ...photoFields, ...acceptedFields }).refine(hangsTogether, CONTRADICTION)

/** The older, smaller form of a photo. */
export const photoStatus = z
  .strictObject({
    status: z.enum(['pending', 'processing', 'completed', 'failed']),
    error: text.nullable(),
    isProcessed: z.boolean(),
    processedAt: time.nullable(),
  })
  .refine(
    ({ status, isProcessed, processedAt }) =>
      isProcessed === (status === 'completed') && isProcessed === (processedAt !== null),
    'the fields of the photo contradict each other',
  )

const page = { page: z.int().min(1), limit: z.int().min(1).max(100), nextCursor: text.nullable() }

export const taskPage = z.strictObject({
  items: z.array(z.union([task, photo, video])).min(1),
  total: count,
  totalIsExact: z.boolean(),
  ...page,
})

export const downloadUrl = z.strictObject({
  url: z.string().regex(/^http:\/\/127\.0\.0\.1:\d+\/d\/[\w-]+\.[\w-]+$/),
  expiresAt: time,
})

export const acceptedBatchOf = <Accepted extends z.ZodType>(accepted: Accepted) =>
  z
    .strictObject({
      batchId: id,
      accepted: count,
      rejected: count,
      items: z.array(
        z.union([
          z.strictObject({ name: text, status: z.literal('accepted'), task: accepted }),
          z.strictObject({ name: text, status: z.literal('rejected'), problem: problem.omit({ instance: true }) }),
        ]),
      ),
    })
    .refine(({ accepted: some, rejected, items }) => some + rejected === items.length, 'every file has its result')
export const acceptedBatch = acceptedBatchOf(acceptedTask)
export const acceptedPhotoBatch = acceptedBatchOf(acceptedPhoto)

export const namesAre =
  (names: readonly string[]) =>
  ({ items }: { items: { name?: unknown }[] }): boolean =>
    items.map(({ name }) => name).join() === names.join()

/** States for each file why it was rejected. */
export const rejectedBatch = problem.extend({
  items: z
    .array(z.strictObject({ name: text, status: z.literal('rejected'), problem: problem.omit({ instance: true }) }))
    .min(1),
})

const byStatus = z.strictObject(Object.fromEntries(statuses.map((status) => [status, count])))

const batchFields = {
  batchId: id,
  status: z.enum(['processing', 'completed']),
  total: count,
  counts: byStatus,
  percent: z.number().min(0).max(100),
  createdAt: time,
  completedAt: time.nullable(),
  links: z.strictObject({ self: text, tasks: text, events: text, page: text }),
}
export const batch = z.strictObject({ ...batchFields, items: z.array(task).min(1), ...page })
export const batchList = z.strictObject({
  items: z.array(z.strictObject(batchFields)),
  total: count,
  totalIsExact: z.boolean(),
  ...page,
})

export const queueStats = z.strictObject({
  name: text,
  kind: z.enum(['image.optimize', 'photo.bibs', 'video.render']),
  waiting: count,
  active: count,
  completed: count,
  failed: count,
  delayed: count,
  paused: count,
  prioritized: count,
  isPaused: z.boolean(),
  oldestWaitingMs: milliseconds.nullable(),
  workers: count,
})

export const queueLoad = z.strictObject({
  queue: text,
  workSeconds: z.number().nonnegative(),
  waiting: count,
  active: count,
  due: count,
})

export const workerList = z.strictObject({
  items: z.array(
    z.strictObject({
      ...{ id: text, kind: z.string(), queue: text, slots: count, since: time },
      tasks: z.array(z.strictObject({ id: text, name: text, startedAt: time.nullable() })),
    }),
  ),
})

export const queueList = z.strictObject({ items: z.array(queueStats).min(1) })

const queueJobState = z.enum(['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'])

export const queueJobs = z.strictObject({
  items: z
    .array(
      z.strictObject({
        jobId: text,
        taskId: id,
        name: z.literal('process-image'),
        state: queueJobState,
        priority: z.union([z.literal(1), z.literal(10), z.literal(100), z.literal(1000)]),
        attemptsMade: count,
        failedReason: text.nullable(),
        createdAt: time,
        processedOn: time.nullable(),
        finishedOn: time.nullable(),
        data: z.strictObject({
          taskId: id,
          imagePath: text,
          timestamp: count,
          epoch: z.int().min(1),
          tenant: z.literal('default'),
          imageName: text,
          sourceUrl: text.optional(),
        }),
      }),
    )
    .min(1)
    .max(50),
  state: queueJobState,
  start: count,
  end: count,
})

export const deadLetterGroups = z.strictObject({
  items: z.array(z.strictObject({ code, count: z.int().min(1), lastFailedAt: time })).min(1),
  isExact: z.boolean(),
})

export const replayReport = z.strictObject({
  dryRun: z.boolean(),
  matched: count,
  matchedIsExact: z.boolean(),
  replayed: count,
  items: z.array(
    z.union([
      z.strictObject({ id, outcome: z.literal('replayed') }),
      z.strictObject({ id, outcome: z.literal('refused'), code, detail: text }),
    ]),
  ),
})

const percentiles = z.strictObject({
  p50: milliseconds.nullable(),
  p95: milliseconds.nullable(),
  p99: milliseconds.nullable(),
})

export const stats = z.strictObject({
  tasks: z.strictObject({
    total: count,
    byStatus,
    byKind: z.strictObject({ 'image.optimize': byStatus, 'photo.bibs': byStatus, 'video.render': byStatus }),
  }),
  bytes: z.strictObject({ in: count, out: count }),
  durations: z.strictObject({ sample: count, waitMs: percentiles, runMs: percentiles }),
  cleanup: z.strictObject({
    runs: count,
    tasksExpired: count,
    filesRemoved: count,
    bytesFreed: count,
    recordsRemoved: count,
    queueRowsRemoved: count,
    lastRunAt: time.nullable(),
  }),
  minutes: z
    .array(
      z.strictObject({
        at: time,
        completed: count,
        failed: count,
        bytes: z.strictObject({ in: count, out: count }),
        waitMs: milliseconds.nullable(),
        runMs: milliseconds.nullable(),
      }),
    )
    .optional(),
  at: time,
})

/** Of a healthy service, and of one whose stores are unreachable. */
export const health = z.strictObject({
  status: z.literal('ok'),
  services: z.strictObject({
    redis: z.literal(true),
    mongo: z.literal(true),
    queue: z.literal(true),
    storage: z.literal(true),
  }),
  pending: count,
  diskFreeBytes: z.int().min(1),
  warnings: z.array(text).min(1).optional(),
})

export const healthWithoutStores = z.strictObject({
  status: z.literal('down'),
  services: z.strictObject({
    redis: z.literal(false),
    mongo: z.literal(false),
    queue: z.literal(false),
    storage: z.literal(true),
  }),
  pending: z.null(),
  diskFreeBytes: z.int().min(1),
  reasons: z.array(text).length(3),
})

export const notReady = z.strictObject({ status: z.literal('not ready'), reason: text })

export const statusIs = (status: string) => z.strictObject({ status: z.literal(status) })

/** Text in the Prometheus format. */
export const metrics = z.string().regex(/^(# (HELP|TYPE) .*\n|[a-zA-Z_:][\w:]*(\{.*\})? \S+\n|\n)+$/)

export const html = z.string().regex(/^<!doctype html>/i)

/** The older, smaller forms. */
export const acceptedJob = z
  .strictObject({ jobId, statusUrl: text, downloadUrl: text, estimatedTime: z.literal('5-30 seconds') })
  .refine(
    ({ jobId: of, statusUrl, downloadUrl }) =>
      statusUrl === `/api/jobs/${of}/status` && downloadUrl === `/api/jobs/${of}/download`,
  )

const jobStatus = z.enum(['pending', 'active', 'completed', 'failed'])
const jobProgress = z.strictObject({ stage: text, progress: z.number().min(0).max(100) })
const jobTimes = { createdAt: time, processedOn: time.nullable(), finishedOn: time.nullable() }

export const jobState = z.strictObject({
  jobId,
  status: jobStatus,
  progress: jobProgress,
  error: text.nullable(),
  ...jobTimes,
  downloadUrl: z.string().regex(/^\/api\/jobs\/[0-9a-f-]{36}\/download$/),
})

export const job = z.strictObject({
  city: text.optional(),
  language: text.optional(),
  jobId,
  status: jobStatus,
  progress: jobProgress,
  data: z.strictObject({ taskId: id, imagePath: text, timestamp: count, epoch: z.int().min(1), name: text }),
  result: z
    .union([
      z.strictObject({
        images: z.array(image.extend({ url: text })).min(1),
        files: variantFiles.min(1),
        processingTime: milliseconds,
      }),
      z.strictObject({
        images: z.tuple([]),
        files: photoFields.files.min(1),
        bibs: z.array(bib),
        processingTime: milliseconds,
      }),
      z.strictObject({
        images: z.tuple([]),
        files: videoFields.files.min(1),
        ...videoResult,
        processingTime: milliseconds,
      }),
    ])
    .nullable(),
  error: text.nullable(),
  ...jobTimes,
})

export const jobList = z
  .strictObject({ jobs: z.array(job).min(1), count })
  .refine(({ jobs, count: said }) => said === jobs.length, 'count is the length of the list')

const quota = z.number().int().nullable()
export const usage = z.strictObject({
  tenant: z.literal('default'),
  days: z
    .array(z.strictObject({ day: z.iso.date(), tasks: z.number().int().min(1), bytes: z.number().int().min(1) }))
    .length(1),
  stored: z.strictObject({ bytes: z.number().int(), at: z.iso.datetime() }).nullable(),
  quotas: z.strictObject({ tasksPerDay: quota, bytesPerDay: quota, storedBytes: quota, uploads: quota }),
})
