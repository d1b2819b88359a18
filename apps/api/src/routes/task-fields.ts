import {
  albumSlug,
  FILE_NAME,
  ID_PATTERN,
  jobStatus,
  taskKind,
  taskPriority,
  taskStatus,
  THUMB,
  VARIANT_WIDTHS,
} from '@darkroom/contracts'
import { z } from 'zod'
import { pages } from '../http/paging.ts'
import { IN_ORDER, isInOrder, time, wholeNumberOr } from '../http/query-fields.ts'
import { metadataField, nameField, ttlSecondsField } from '../tasks/json-fields.ts'

const MAX_WAIT_SECONDS = 30
const DEFAULT_URL_SECONDS = 3600
const MAX_URL_SECONDS = 7 * 86_400

/** The fields of a task that can be updated, as JSON. */
export const taskChanges = z.strictObject({
  name: nameField.meta({ description: 'The file name for downloads of variants' }),
  metadata: metadataField,
  ttlSeconds: ttlSecondsField.meta({ description: 'How long the files are kept after the task has ended' }),
})

export const errorCode = z.string().regex(/^[A-Z][A-Z0-9_]{1,60}$/, 'must be an error code, such as STORAGE_FULL')

/** The filters of a task list. */
export const listFields = z.strictObject({
  status: taskStatus.optional().meta({ description: 'Only tasks in this status', param: { example: 'completed' } }),
  kind: taskKind.optional().meta({ description: 'Only tasks of this kind' }),
  priority: taskPriority
    .optional()
    .meta({ description: 'Only tasks of this priority', param: { example: 'interactive' } }),
  createdFrom: time.optional().meta({ description: 'Created at or after this time, such as 2026-01-31T00:00:00Z' }),
  createdTo: time
    .optional()
    .meta({ description: 'Created before this time, such as 2026-03-01T00:00:00+02:00 (write the + as %2B in a URL)' }),
  batchId: z
    .string()
    .regex(ID_PATTERN, 'must be the id of a batch')
    .optional()
    .meta({ description: 'Only tasks of this batch' }),
  album: albumSlug.optional().meta({ description: 'Only photos of this album', param: { example: 'valencia-2026' } }),
  code: errorCode
    .optional()
    .meta({ description: 'Only tasks whose error has this code', param: { example: 'IMAGE_CORRUPT' } }),
  workerId: z
    .string()
    .regex(/^[!-~]{1,200}$/, 'must be the id of a worker: at most 200 visible ASCII characters')
    .optional()
    .meta({ description: 'Only tasks whose last run was on this worker', param: { example: 'photos-1-4127' } }),
  q: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .meta({
      description:
        'A search: words of the name or of the values in the metadata, all of which must occur, in any order; a word is found by its first letters, from three on. Case and accents do not matter. One or two letters are a whole word, unless a longer word is next to them; in scripts without spaces, such as Japanese or Thai, any part of a text is found. Or, in full, the id of a task, the id of its job, or the code of its error, such as IMAGE_CORRUPT',
      param: { example: 'beach' },
    }),
  ...pages,
})

/** The query of a task list. */
export const listQuery = listFields.refine(isInOrder, IN_ORDER)

/** The query of the jobs list. */
export const jobListQuery = z.strictObject({
  status: jobStatus.optional().meta({ description: 'Only jobs in this status', param: { example: 'completed' } }),
  limit: wholeNumberOr(10, 1, 100).meta({ description: 'Maximum number of jobs' }),
})

/**
 * The query of a single task: how many seconds to wait for a change. Other parameters are ignored.
 */
export const waitQuery = z.object({
  wait: wholeNumberOr(0, 0, MAX_WAIT_SECONDS).meta({
    description: 'Maximum number of seconds to wait for a change',
    param: { example: 10 },
  }),
})

/** The upload itself, among the files of a photo. */
export const ORIGINAL = 'original'

/** The query of a restart. Other parameters are ignored. */
export const retryQuery = z.object({
  notify: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false')
    .meta({ description: 'Whether the people that the upload named are told of this end too' }),
})

const resolution = z
  .enum([...VARIANT_WIDTHS.map(String), THUMB, ORIGINAL])
  .optional()
  .meta({
    description:
      'The width of the variant, the largest by default; `thumb` is a thumbnail of at most 320 pixels, `original` the photo as it was uploaded',
    param: { example: '1024' },
  })

const file = z
  .string()
  .regex(FILE_NAME, 'must be the name of a file')
  .optional()
  .meta({ description: 'The name of the file, for tasks of any kind; the first by default' })

const disposition = z
  .enum(['attachment', 'inline'], { error: 'must be attachment or inline' })
  .default('attachment')
  .meta({ description: 'Whether browsers save the file or show it' })

/**
 * The query of a signed URL: what it leaves open. Other parameters are ignored, because shared links
 * collect them.
 */
export const signedDownloadQuery = z.object({ disposition })

/** The query of a download. Other parameters are ignored here, too. */
export const downloadQuery = signedDownloadQuery.extend({
  resolution,
  file,
  v: z
    .string()
    .optional()
    .meta({ description: 'The MD5 of the file, as in its URL: it may then be cached for good, without asking again' }),
})

/** The request for a signed URL, as JSON. */
export const downloadUrlFields = z.strictObject({
  resolution,
  file,
  expiresInSeconds: z
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MAX_URL_SECONDS, `must be at most ${MAX_URL_SECONDS}`)
    .default(DEFAULT_URL_SECONDS)
    .meta({ description: 'How long the URL is valid' }),
})
