import { extname } from 'node:path'
import { imageNameOf, toThumb, type StoredFile, type Task } from '@darkroom/contracts'
import { isStorageError, type S3Storage, type Storage } from '@darkroom/storage'
import { create as contentDisposition } from 'content-disposition'
import type { Response } from 'express'
import { AppError } from '../app-error.ts'
import type { StorageFault } from '../installation/storage-watch.ts'
import { filesIn } from '../kinds/file-views.ts'
import { sendFile, type SendableFile } from '../http/send-file.ts'
import { ORIGINAL } from './task-fields.ts'

/** These bytes will never be others. */
const FOR_GOOD = 'private, max-age=31536000, immutable'

/** Enough for any download; the client comes back for another. */
const URL_SECONDS = 3600

/** Creates a URL at which the bucket serves a file. */
export type Presign = S3Storage['presign']

interface SendVariantDeps {
  storage: Storage
  /** Why nothing can be stored or read. */
  storageFault: StorageFault
  /** Given if clients are to download from the bucket. */
  presign?: Presign | undefined
}

/** The requested file, and how long the request may be repeated. */
export interface WantedFile {
  /** The first file by default. */
  name?: string | undefined
  /** As the client knows it. */
  md5?: string | undefined
  /** By default browsers save it. */
  disposition?: 'attachment' | 'inline'
  /** When the signed URL expires, in seconds since 1970. */
  expires?: number
}

export type SendVariant = (res: Response, task: Task, wanted: WantedFile) => Promise<void>

/**
 * Sends a file of a completed task, whole or in ranges; the first unless another one is wanted.
 * The first variant of a photo is the largest. Its original is there before its variants are.
 */
export function createSendVariant({ storage, storageFault, presign }: SendVariantDeps): SendVariant {
  return async (res, task, wanted) => {
    if (wanted.name !== ORIGINAL || task.status === 'expired') assertReady(task)
    const { req } = res
    const file = fileOf(task, wanted.name)
    const disposition = dispositionOf(task, file, wanted)
    res.set({
      ETag: `"${file.md5}"`,
      'Cache-Control': wanted.md5 === file.md5 ? FOR_GOOD : 'private, no-cache',
      'Content-Type': file.contentType,
      'Content-Disposition': disposition,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "sandbox; default-src 'none'",
    })
    const stored = sendable(storage, file.path, storageFault)
    // The URL would be valid for GET alone.
    if (presign === undefined || req.method !== 'GET' || req.fresh) return sendFile(res, stored)
    await stored.stat()
    const url = await presign(file.path, {
      seconds: urlSeconds(task, wanted),
      contentType: file.contentType,
      disposition,
    })
    for (const name of ['ETag', 'Content-Type', 'Content-Disposition']) res.removeHeader(name)
    res.status(302).set('Cache-Control', 'no-store').location(url).end()
  }
}

/** At most as long as the files of the task exist, and as the signed URL is valid. */
function urlSeconds({ expiresAt }: Task, { expires = Infinity }: WantedFile): number {
  const untilMs = Math.min(expiresAt === null ? Infinity : Date.parse(expiresAt), expires * 1000)
  return Math.max(1, Math.min(URL_SECONDS, Math.floor((untilMs - Date.now()) / 1000)))
}

type SentFile = Pick<StoredFile, 'name' | 'contentType' | 'md5' | 'path'>

function fileOf(task: Task, wanted: string | undefined): SentFile {
  const made: SentFile[] = filesIn(task)
  const files = [...made, ...(task.preview ? [toThumb(task.preview)] : []), ...originalOf(task)]
  const found = wanted === undefined ? made[0] : files.find(({ name }) => name === wanted)
  if (found) return found
  const names = files.map(({ name }) => name).join(', ')
  throw new AppError('VARIANT_NOT_FOUND', `This task has no file ${wanted ?? 'at all'}; it has ${names || 'none'}.`)
}

/**
 * The upload of a photo, which is there as long as its variants. Its ETag is its SHA-256: there is
 * no MD5 of it.
 */
function originalOf({ source, originalPath }: Task): SentFile[] {
  if (!('width' in source)) return []
  const { sha256, format } = source
  return [{ name: ORIGINAL, contentType: `image/${format}`, md5: sha256, path: originalPath }]
}

/**
 * The name to save a file under. Clients that only support ASCII names (`curl -OJ`) get the id
 * in place of other characters: otherwise two names could become one. A signed URL does not tell
 * the id.
 */
function dispositionOf(
  { id, name }: Task,
  file: SentFile,
  { disposition: type = 'attachment', expires }: WantedFile,
): string {
  const suffix = `${file.name}${extname(file.path)}`
  const shown = `${name.replace(/\.[A-Za-z0-9]{1,5}$/, '')}-${suffix}`
  if (/^[ -~]*$/.test(shown)) return contentDisposition(shown, { type })
  return contentDisposition(shown, {
    type,
    fallback: `${imageNameOf(name)}-${expires === undefined ? id : file.md5}-${suffix}`,
  })
}

function assertReady(task: Task): void {
  switch (task.status) {
    case 'completed':
      return
    case 'pending':
    case 'processing':
      throw new AppError('TASK_NOT_READY', `The task is ${task.status}; try again in a moment.`, {
        headers: { 'Retry-After': '1' },
      })
    case 'expired':
      throw new AppError(
        'TASK_EXPIRED',
        'The files of this task have expired and have been removed. Upload the photo again.',
      )
    case 'failed':
      throw new AppError(
        'TASK_FAILED',
        `The task has failed${task.error ? ` (${task.error.code})` : ''} and has no files; see its \`error\` for the reason.`,
      )
    case 'cancelled':
      throw new AppError(
        'TASK_CANCELLED',
        'The task was cancelled and has no files. Restart it with POST /api/v1/tasks/{id}/retry',
      )
    default:
      task.status satisfies never
  }
}

/** A stored file whose absence is a response of its own. */
function sendable(storage: Storage, key: string, storageFault: StorageFault): SendableFile {
  const orMissing = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act()
    } catch (error) {
      if (!isStorageError(error) || !['NOT_FOUND', 'UNSAFE_PATH'].includes(error.code)) throw error
      // If the data folder is missing, all files are missing for now.
      const fault = await storageFault()
      throw fault === undefined || isStorageError(fault, 'STORAGE_FULL') ? fileMissing(error) : fault
    }
  }
  return {
    stat: () => orMissing(() => storage.stat(key)),
    open: (range) => orMissing(() => storage.open(key, range)),
  }
}

const fileMissing = (cause: unknown): AppError =>
  new AppError('FILE_MISSING', 'The file of this task is missing. Create it again with POST /api/v1/tasks/{id}/retry', {
    cause,
  })
