import type { S3Storage, Storage } from '@darkroom/storage'
import type { Redis } from 'ioredis'
import type { RequestHandler } from 'express'
import type { Send } from '../../send.ts'
import type { Kinds } from '../../tasks/kind.ts'
import type { CheckReports } from '../../tasks/report-fields.ts'
import type { CheckQuota } from '../check-quota.ts'
import type { Prepare } from '../prepare-upload.ts'
import { createOpenDirectUpload, type OpenDirectUpload } from './direct-upload.ts'
import { createFinishUpload, type FinishUpload } from './finish-upload.ts'
import { createOpenUpload, type OpenUpload } from './open-upload.ts'
import { RedisLocker } from './redis-locker.ts'
import { createServeTus } from './serve-tus.ts'
import { StagedBytes } from './staged-bytes.ts'
import type { StagedUploadStore } from './staged-upload-store.ts'
import { TusDatastore } from './tus-datastore.ts'
import { createReadMetadata } from './upload-metadata.ts'

export interface StagedSettings {
  UPLOAD_MAX_BYTES: number
  UPLOAD_MAX_FIELD_BYTES: number
  FILE_TTL_SECONDS: number
  UPLOAD_RESUME_SECONDS: number
  UPLOADS_OPEN_MAX: number
}

/** What the routes of uploads in several requests need. */
export interface Staged {
  openUpload: OpenUpload
  openDirectUpload: OpenDirectUpload
  finishUpload: FinishUpload
  receivedBytes: StagedBytes['received']
  serveTus: RequestHandler
}

/** Uploads that arrive in several requests. */
export function createStaged(parts: {
  env: StagedSettings
  store: StagedUploadStore
  storage: Storage
  folder: string
  kinds: Kinds
  checkQuota: CheckQuota
  redis: Redis
  keyPrefix: string
  presignPut: S3Storage['presignPut'] | undefined
  checkReports: CheckReports
  prepare: Prepare
  send: Send
}): Staged {
  const { env, store, storage, folder, redis, keyPrefix, checkQuota } = parts
  const ttlMs = env.UPLOAD_RESUME_SECONDS * 1000
  const bytes = new StagedBytes(storage, folder)
  const readMetadata = createReadMetadata({
    ttlSeconds: env.FILE_TTL_SECONDS,
    maxFieldBytes: env.UPLOAD_MAX_FIELD_BYTES,
    checkReports: parts.checkReports,
  })
  const openUpload = createOpenUpload({ store, readMetadata, checkQuota, ttlMs, maxOpen: env.UPLOADS_OPEN_MAX })
  const finishUpload = createFinishUpload({ ...parts, bytes, readMetadata })
  const serveTus = createServeTus({
    datastore: new TusDatastore(store, bytes, ttlMs),
    locker: new RedisLocker(redis, keyPrefix),
    openUpload,
    finish: finishUpload,
    maxBytes: env.UPLOAD_MAX_BYTES,
  })
  const openDirectUpload = createOpenDirectUpload({
    openUpload,
    presignPut: parts.presignPut,
    maxBytes: env.UPLOAD_MAX_BYTES,
  })
  return {
    openUpload,
    openDirectUpload,
    finishUpload,
    receivedBytes: (upload) => bytes.received(upload),
    serveTus,
  }
}
