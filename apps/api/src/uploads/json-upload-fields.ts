import { KINDS, taskPriority } from '@darkroom/contracts'
import { z } from 'zod'
import { metadataField, ttlSecondsField } from '../tasks/json-fields.ts'
import { callbackUrlField, notifyField } from '../tasks/report-fields.ts'
import type { UploadKinds } from './upload-fields.ts'

/** The text fields of an upload, in JSON. */
export const jsonUploadFields = (kinds: UploadKinds) => ({
  kind: z.enum(kinds).optional().meta({ description: 'What to do with the file' }),
  priority: taskPriority.optional().meta({ description: 'Tasks of a higher priority are processed first' }),
  ttlSeconds: ttlSecondsField.meta({ description: 'How long the files are kept after the task has ended' }),
  metadata: metadataField,
  callbackUrl: callbackUrlField,
  notify: notifyField,
  album: KINDS['photo.bibs'].fields.album,
})

/** As in a form, so that every upload is described and checked alike. */
export const toText = (fields: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, typeof value === 'string' ? value : JSON.stringify(value)]],
    ),
  )
