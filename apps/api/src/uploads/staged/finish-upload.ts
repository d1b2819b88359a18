import { randomUUID } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { isImageError } from '@darkroom/images/image-error'
import { isStorageError } from '@darkroom/storage'
import { AppError } from '../../app-error.ts'
import type { Send } from '../../send.ts'
import { CreateTask } from '../../tasks/commands/create-task.ts'
import type { Kinds } from '../../tasks/kind.ts'
import { acceptFile } from '../accept-file.ts'
import type { Prepare } from '../prepare-upload.ts'
import type { StagedBytes } from './staged-bytes.ts'
import type { StagedUploadRecord, StagedUploadStore } from './staged-upload-store.ts'
import type { ReadMetadata } from './upload-metadata.ts'

/** Turns a complete upload into a task, and returns its id. */
export type FinishUpload = (upload: StagedUploadRecord) => Promise<string>

/** These say what is wrong with the file, whenever it is sent. */
const FINAL_STATUSES = [413, 415, 422]

/**
 * An upload becomes one task, however often and in however many processes this is called: the
 * unique index of the idempotency keys decides, as for any repeated request. If its process dies in
 * between, the client finds the upload complete, and this is called again. Throws UPLOAD_INCOMPLETE,
 * CHECKSUM_MISMATCH, and the errors of an upload in one request; after those that say what is wrong
 * with the file, the upload is gone.
 */
export function createFinishUpload(deps: {
  store: StagedUploadStore
  bytes: StagedBytes
  readMetadata: ReadMetadata
  folder: string
  kinds: Kinds
  prepare: Prepare
  send: Send
}): FinishUpload {
  const { store, bytes, readMetadata, folder, kinds, prepare, send } = deps

  const accept = async (upload: StagedUploadRecord, path: string): Promise<string> => {
    const { originalName, sha256: stated, fields } = readMetadata(upload.metadata)
    const copy = await bytes.copyTo(upload, path, prepare)
    if (stated !== undefined && stated !== copy.sha256) throw wrongChecksum(stated, copy.sha256)
    const { task, fingerprint } = acceptFile({ ...copy, originalName }, fields, kinds)
    // Clients' keys contain no spaces.
    const idempotency = { key: upload.idempotencyKey ?? `upload ${upload.id}`, fingerprint }
    return (await send(new CreateTask({ ...task, tenant: upload.tenant, idempotency }))).id
  }

  return async (upload) => {
    if (upload.taskId !== null) return upload.taskId
    const path = join(folder, `staged-${randomUUID()}`)
    try {
      const taskId = await accept(upload, path)
      await store.finish(upload.id, taskId)
      // What remains is removed when the upload expires.
      await bytes.remove(upload).catch(() => {})
      return taskId
    } catch (error) {
      const taskId = await finishedByAnother(store, upload, error)
      if (taskId !== undefined) return taskId
      if (isFinal(error)) {
        await store.remove(upload.id)
        await bytes.remove(upload).catch(() => {})
      }
      throw error
    } finally {
      await unlink(path).catch(() => {})
    }
  }
}

/** Another request may have finished the upload, and removed the bytes that this one was reading. */
async function finishedByAnother(
  store: StagedUploadStore,
  { id }: StagedUploadRecord,
  error: unknown,
): Promise<string | undefined> {
  const isMissing =
    isStorageError(error, 'NOT_FOUND') || (error instanceof AppError && error.code === 'UPLOAD_INCOMPLETE')
  return isMissing ? ((await store.find(id))?.taskId ?? undefined) : undefined
}

const isFinal = (error: unknown): boolean =>
  isImageError(error) || (error instanceof AppError && FINAL_STATUSES.includes(error.status))

const wrongChecksum = (stated: string, found: string): AppError =>
  new AppError(
    'CHECKSUM_MISMATCH',
    `The received bytes have the SHA-256 ${found}, but the client stated ${stated}. Nothing was stored: send the file again.`,
  )
