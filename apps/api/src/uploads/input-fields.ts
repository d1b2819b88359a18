import { INPUT_KINDS, taskPriority } from '@darkroom/contracts'
import { z } from 'zod'
import { metadataField, nameField, ttlSecondsField } from '../tasks/json-fields.ts'
import { callbackUrlField, notifyField } from '../tasks/report-fields.ts'

/** A request for a task that begins with JSON instead of a file. */
export const inputFields = z.strictObject({
  kind: z.enum(INPUT_KINDS).meta({ description: 'What to do' }),
  input: z
    .record(z.string(), z.unknown())
    .meta({ description: 'Depends on the kind; of a video, it has the name of its template and the fields of that' }),
  name: nameField.meta({ description: 'The name of the task, and of its files in downloads' }),
  priority: taskPriority.default('interactive').meta({ description: 'Tasks of a higher priority are processed first' }),
  ttlSeconds: ttlSecondsField.meta({
    description: 'How long the files are kept after the task has ended; those of videos 30 days by default',
  }),
  metadata: metadataField,
  callbackUrl: callbackUrlField,
  notify: notifyField,
})

export type InputFields = z.infer<typeof inputFields>
