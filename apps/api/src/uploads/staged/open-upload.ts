import type { Request } from 'express'
import { AppError } from '../../app-error.ts'
import { tenantOf } from '../../http/tenant-of.ts'
import type { CheckQuota } from '../check-quota.ts'
import { idempotencyKey } from '../idempotency.ts'
import { noteUpload } from '../note-upload.ts'
import type { StagedUploadRecord, StagedUploadStore } from './staged-upload-store.ts'
import { uploadExpired, uploadNotFound } from './tus-faults.ts'
import type { ReadMetadata } from './upload-metadata.ts'

export type OpenUpload = ReturnType<typeof createOpenUpload>

const UPLOAD_ID = /^[0-9a-f]{32}$/

/** Creates the uploads of a request's tenant, and finds them. */
export function createOpenUpload(deps: {
  store: StagedUploadStore
  readMetadata: ReadMetadata
  checkQuota: CheckQuota
  ttlMs: number
  maxOpen: number
}) {
  const { store, readMetadata, checkQuota, ttlMs, maxOpen } = deps
  return {
    /** Throws INVALID_FIELD, INVALID_IDEMPOTENCY_KEY, QUOTA_EXCEEDED, TOO_MANY_UPLOADS. */
    create: async (
      req: Request,
      given: Pick<StagedUploadRecord, 'id' | 'bytes' | 'metadata'>,
    ): Promise<StagedUploadRecord> => {
      const { originalName } = readMetadata(given.metadata)
      noteUpload(req, { file: originalName, bytes: given.bytes })
      const tenant = tenantOf(req)
      await checkQuota(tenant, given.bytes)
      if ((await store.countOpen(tenant, maxOpen)) >= maxOpen) throw tooManyOpen(maxOpen)
      const createdAt = new Date()
      const upload: StagedUploadRecord = {
        ...given,
        tenant,
        idempotencyKey: idempotencyKey(req) ?? null,
        taskId: null,
        createdAt,
        expiresAt: new Date(createdAt.getTime() + ttlMs),
      }
      await store.insert(upload)
      return upload
    },

    /** Throws UPLOAD_NOT_FOUND, also for those of other tenants, and UPLOAD_EXPIRED. */
    find: async (req: Request, id: string): Promise<StagedUploadRecord> => {
      const upload = UPLOAD_ID.test(id) ? await store.find(id) : undefined
      if (!upload || upload.tenant !== tenantOf(req)) throw uploadNotFound()
      if (upload.expiresAt.getTime() <= Date.now()) throw uploadExpired()
      return upload
    },
  }
}

const tooManyOpen = (maxOpen: number): AppError =>
  new AppError(
    'TOO_MANY_UPLOADS',
    `${maxOpen} uploads are unfinished, which is the maximum: complete or remove some of them first.`,
    { headers: { 'Retry-After': '60' } },
  )
