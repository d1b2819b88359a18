import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { RequestHandler } from 'express'
import type { Redis } from 'ioredis'
import type { StorageFault } from '../installation/storage-watch.ts'
import { clientOf } from '../http/client-address.ts'
import { jsonBody } from '../http/json-body.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { CheckUrl } from '../tasks/check-url.ts'
import type { Send } from '../send.ts'
import type { Kinds } from '../tasks/kind.ts'
import type { CheckReports } from '../tasks/report-fields.ts'
import { createAcceptBatch, type AcceptBatch } from './accept-batch.ts'
import { createAcceptInput, type AcceptInput } from './accept-input.ts'
import { createAcceptSource, type AcceptSource, type AcceptSourceBatch } from './accept-source.ts'
import { createAcceptUpload, type AcceptUpload } from './accept-upload.ts'
import { admission } from './admission.ts'
import { checkQuota, type CheckQuota } from './check-quota.ts'
import { receiveBatch } from './batch-upload.ts'
import { freeSpaceGate } from './free-space-gate.ts'
import { reserveIdempotencyKey } from './idempotency.ts'
import { receiveImage } from './image-upload.ts'
import { limitUploads } from './limit-uploads.ts'
import { createReceiveBytes } from './receive-bytes.ts'
import { ANY_FORM, PHOTO_FORM, type UploadForm } from './upload-form.ts'
import type { Prepare } from './prepare-upload.ts'

export interface UploadSettings {
  UPLOAD_MAX_BYTES: number
  UPLOAD_MAX_FIELD_BYTES: number
  JSON_BODY_MAX_BYTES: number
  BATCH_MAX_FILES: number
  BATCH_MAX_BYTES: number
  FILE_TTL_SECONDS: number
  MIN_FREE_BYTES: number
  QUEUE_MAX_WAITING: number
  UPLOADS_MAX: number
  UPLOADS_PER_ADDRESS: number
  TENANT_UPLOADS: number
}

/** What a route that creates tasks does: first it receives, then it accepts. */
export interface UploadSteps {
  /** Middleware: reserves the idempotency key, receives the file. */
  receive: RequestHandler[]
  receiveBatch: RequestHandler[]
  acceptUpload: AcceptUpload
  acceptBatch: AcceptBatch
}

/** Of a route that creates tasks from JSON. */
export interface InputSteps {
  receiveInput: RequestHandler[]
  acceptInput: AcceptInput
  /** The photo is downloaded by a worker. */
  acceptSource: AcceptSource
  receiveBatchInput: RequestHandler[]
  acceptSourceBatch: AcceptSourceBatch
}

/**
 * Handles uploads, from the first inspection of a request with files to the command that it
 * becomes.
 */
export function createUploads(parts: {
  env: UploadSettings
  kinds: Kinds
  tempFolder: string
  cacheRedis: Redis
  cachePrefix: string
  isStoreAway: () => boolean
  storageFault: StorageFault
  freeBytes: () => Promise<number>
  /** Called when an upload was refused for lack of disk space. */
  roomIsLow: () => void
  queued: () => number
  checkQuota: CheckQuota
  isTaskMade: (tenant: string, key: string) => Promise<boolean>
  isBatchMade: (tenant: string, key: string) => Promise<boolean>
  /** What can be said about a URL before its name is resolved. */
  checkUrl: CheckUrl
  /** Gives a request the time limit of an upload. */
  asUpload: RequestHandler
  checkReports: CheckReports
  prepare: Prepare
  send: Send
}) {
  const { env, send } = parts
  // Each process has its own folder: other folders here were left by processes that have ended.
  const folder = join(parts.tempFolder, randomUUID())
  const few = [
    limitUploads('address', env.UPLOADS_PER_ADDRESS, clientOf),
    ...(env.TENANT_UPLOADS > 0 ? [limitUploads('tenant', env.TENANT_UPLOADS, tenantOf)] : []),
  ]
  const admitted = admission({ ...parts, maxQueued: env.QUEUE_MAX_WAITING, maxUploads: env.UPLOADS_MAX })
  const room = freeSpaceGate(parts.freeBytes, env.MIN_FREE_BYTES, parts.roomIsLow)
  const before = (isDone: (tenant: string, key: string) => Promise<boolean>): RequestHandler[] => [
    ...few,
    admitted,
    room,
    checkQuota(parts.checkQuota, isDone),
    reserveIdempotencyKey(parts.cacheRedis, parts.cachePrefix, isDone),
    parts.asUpload,
  ]
  const limits = { maxFileBytes: env.UPLOAD_MAX_BYTES, maxFieldBytes: env.UPLOAD_MAX_FIELD_BYTES }
  const batchLimits = { ...limits, maxFiles: env.BATCH_MAX_FILES, maxBatchBytes: env.BATCH_MAX_BYTES }
  const { kinds, checkReports, prepare } = parts
  const accepting = { send, kinds, checkReports, defaultTtlSeconds: env.FILE_TTL_SECONDS }
  const through = (form: UploadForm): UploadSteps => ({
    receive: [...before(parts.isTaskMade), receiveImage(folder, { ...limits, ...form }, prepare)],
    receiveBatch: [...before(parts.isBatchMade), receiveBatch(folder, { ...batchLimits, ...form }, prepare)],
    acceptUpload: createAcceptUpload({ ...accepting, form }),
    acceptBatch: createAcceptBatch({ ...accepting, form, maxFileBytes: env.UPLOAD_MAX_BYTES }),
  })
  const input: InputSteps = {
    receiveInput: [...before(parts.isTaskMade), ...jsonBody(env.JSON_BODY_MAX_BYTES)],
    acceptInput: createAcceptInput({ ...accepting, folder }),
    receiveBatchInput: [...before(parts.isBatchMade), ...jsonBody(env.JSON_BODY_MAX_BYTES)],
    ...createAcceptSource({ ...accepting, checkUrl: parts.checkUrl, maxItems: env.BATCH_MAX_FILES }),
  }
  return {
    ...through(ANY_FORM),
    ...input,
    photos: through(PHOTO_FORM),
    beforeBytes: [...few, admitted, room, parts.asUpload],
    receiveBytes: createReceiveBytes(folder, { maxBytes: env.UPLOAD_MAX_BYTES, prepare }),
    /** Where files are received. */
    folder,
  }
}
