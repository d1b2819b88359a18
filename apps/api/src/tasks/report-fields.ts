import { notifyFields, webhookUrl } from '@darkroom/contracts'
import { z } from 'zod'

/** Who learns of the end of a task or batch. */
export interface Reports {
  callbackUrl?: string | undefined
  notify?: z.infer<typeof notifyFields> | undefined
}

/** Throws INVALID_FIELD for what this installation does not send. */
export type CheckReports = (reports: Reports) => void

export const callbackUrlField = webhookUrl
  .optional()
  .meta({ description: 'Where the end is reported to, by a signed POST', examples: ['https://shop.example/darkroom'] })

export const notifyField = notifyFields.optional()

/** As a field of a form: JSON in text. */
export const notifyTextField = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON object', input: undefined })
      return z.NEVER
    }
  })
  .pipe(notifyFields)
  .optional()
  .meta({ description: 'Who is told, once, when it has ended', override: notifyOverride })

/** How the OpenAPI document describes it, as a part of a form that contains JSON. */
function notifyOverride({ jsonSchema }: { jsonSchema: object }): void {
  Object.assign(jsonSchema, z.toJSONSchema(notifyFields, { io: 'input' }), { $schema: undefined })
}
