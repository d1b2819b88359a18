import { z } from 'zod'
import { AppError } from '../../app-error.ts'
import { parseInput } from '../../http/input.ts'
import type { CheckReports } from '../../tasks/report-fields.ts'
import { givenFields, uploadFields, type UploadFields } from '../upload-fields.ts'
import { ANY_FORM } from '../upload-form.ts'

/** Sent by common clients along with the name; the content of the file decides. */
const IGNORED = ['filetype', 'type', 'relativePath', 'contentType']
const sha256Text = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'must be a SHA-256 in hexadecimal: 64 digits')
  .optional()

export interface UploadFacts {
  /** As named by the client. */
  originalName: string
  /** That the client expects. */
  sha256: string | undefined
  /** The fields of the task. */
  fields: UploadFields
}

export type ReadMetadata = (metadata: Readonly<Record<string, string | null>>) => UploadFacts

/**
 * Reads the metadata of an upload: `filename`, `sha256`, and the fields of a form. Throws
 * INVALID_FIELD.
 */
export function createReadMetadata(limits: {
  ttlSeconds: number
  maxFieldBytes: number
  checkReports: CheckReports
}): ReadMetadata {
  const schema = uploadFields({ kinds: ANY_FORM.kinds, ttlSeconds: limits.ttlSeconds, priority: 'interactive' })
  return (metadata) => {
    const { filename, sha256, ...others } = metadata
    for (const [key, value] of Object.entries(metadata))
      if (Buffer.byteLength(value ?? '') > limits.maxFieldBytes)
        throw new AppError('INVALID_FIELD', `/${key} is longer than ${limits.maxFieldBytes} bytes`)
    const stated = parseInput(z.object({ sha256: sha256Text }), givenFields({ sha256: sha256 ?? '' }), 'INVALID_FIELD')
    const given = Object.fromEntries(
      Object.entries(others)
        .filter(([key]) => !IGNORED.includes(key))
        .map(([key, value]) => [key, value ?? '']),
    )
    const fields = parseInput(schema, givenFields(given), 'INVALID_FIELD')
    limits.checkReports(fields)
    return { originalName: filename ?? '', sha256: stated.sha256?.toLowerCase(), fields }
  }
}
