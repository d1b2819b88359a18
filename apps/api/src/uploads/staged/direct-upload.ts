import { stagedKey, type DirectUpload } from '@darkroom/contracts'
import type { PresignedPut, S3Storage } from '@darkroom/storage'
import type { Request } from 'express'
import { z } from 'zod'
import { AppError } from '../../app-error.ts'
import { parseInput } from '../../http/input.ts'
import { fileTooLarge } from '../form-faults.ts'
import { jsonUploadFields, toText } from '../json-upload-fields.ts'
import { ANY_FORM } from '../upload-form.ts'
import type { OpenUpload } from './open-upload.ts'
import { newUploadId } from './staged-upload-store.ts'
import { toStagedUpload } from './to-staged-upload.ts'

/** How long the bytes may be sent: a URL that leaks is soon useless. */
const DIRECT_URL_SECONDS = 3600

/** What a client states about a file before it sends it to the bucket. */
export const directFields = z.strictObject({
  name: z
    .string()
    .min(1, 'must not be empty')
    .max(255, 'must have at most 255 characters')
    .meta({
      description: 'The name of the file',
      examples: ['beach.jpg'],
    }),
  bytes: z.int('must be a whole number').min(1, 'must be at least 1').meta({ description: 'Its size' }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'must be a SHA-256 in hexadecimal: 64 digits')
    .meta({ description: 'Its SHA-256, in hexadecimal' }),
  ...jsonUploadFields(ANY_FORM.kinds),
})

/** Announces an upload whose bytes go to the bucket. */
export type OpenDirectUpload = (req: Request) => Promise<DirectUpload>

export function createOpenDirectUpload(deps: {
  openUpload: OpenUpload
  /** Undefined if there is no bucket. */
  presignPut: S3Storage['presignPut'] | undefined
  maxBytes: number
}): OpenDirectUpload {
  const { openUpload, presignPut, maxBytes } = deps
  return async (req) => {
    if (!presignPut) throw disabled()
    const { name, ...stated } = parseInput(directFields, req.body, 'INVALID_FIELD')
    const { bytes, sha256 } = stated
    if (bytes > maxBytes) throw fileTooLarge(maxBytes, { file: bytes })
    const { bytes: _bytes, ...fields } = stated
    const upload = await openUpload.create(req, {
      id: newUploadId(),
      bytes,
      metadata: { filename: name, ...toText(fields) },
    })
    const put: PresignedPut = await presignPut(stagedKey(upload.tenant, upload.id, 0), {
      seconds: DIRECT_URL_SECONDS,
      bytes,
      sha256,
    })
    return { ...toStagedUpload(upload, 0), request: { method: 'PUT', ...put } }
  }
}

const disabled = (): AppError =>
  new AppError(
    'DIRECT_UPLOADS_DISABLED',
    'This installation stores files on a disk: send the file to POST /api/v1/tasks, or in pieces to POST /api/v1/uploads.',
  )
