import { extname } from 'node:path'
import { imageNameOf, toStoredFile, type StoredFile, type Task } from '@darkroom/contracts'
import { isStorageError, type S3Storage, type Storage } from '@darkroom/storage'
import { create as contentDisposition } from 'content-disposition'
import type { Request, Response } from 'express'
import { AppError } from '../app-error.ts'
import type { StorageFault } from '../installation/storage-watch.ts'
import { parseInput } from '../http/input.ts'
import { sendFile, type SendableFile } from '../http/send-file.ts'
import { tenantOf } from '../http/tenant-of.ts'
import { downloadQuery, type DownloadQuery } from './task-fields.ts'
import { nameIn, type UrlSigner } from '../tasks/queries/url-signing.ts'

/** Enough for any download; the client comes back for another. */
const URL_SECONDS = 3600

/** Creates a URL at which the bucket serves a file. */
export type Presign = S3Storage['presign']

interface SendVariantDeps {
  storage: Storage
  /** Why nothing can be stored or read. */
  storageFault: StorageFault
  signer: UrlSigner
  /** Given if clients are to download from the bucket. */
  presign?: Presign | undefined
}

export type SendVariant = (req: Request, res: Response, task: Task) => Promise<void>

/**
 * Sends a file of a completed task, whole or in ranges; the first unless the query selects another.
 * The first variant of a photo is the largest.
 */
export function createSendVariant({ storage, storageFault, signer, presign }: SendVariantDeps): SendVariant {
  return async (req, res, task) => {
    const query = parseInput(downloadQuery, req.query, 'INVALID_QUERY')
    assertSignature(signer, { ...query, tenant: tenantOf(req), taskId: task.id })
    assertReady(task)
    const file = fileOf(task, query)
    res.set({
      ETag: `"${file.md5}"`,
      'Cache-Control': 'private, no-cache',
      'Content-Type': file.contentType,
      'Content-Disposition': dispositionOf(task, file),
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "sandbox; default-src 'none'",
    })
    const stored = sendable(storage, file.path, storageFault)
    // The URL would be valid for GET alone.
    if (presign === undefined || req.method !== 'GET' || req.fresh) return sendFile(res, stored)
    await stored.stat()
    const url = await presign(file.path, {
      seconds: urlSeconds(task, query),
      contentType: file.contentType,
      disposition: dispositionOf(task, file),
    })
    for (const name of ['ETag', 'Content-Type', 'Content-Disposition']) res.removeHeader(name)
    res.status(302).set('Cache-Control', 'no-store').location(url).end()
  }
}

/** At most as long as the files of the task exist, and as the signed URL is valid. */
function urlSeconds({ expiresAt }: Task, { expires = Infinity }: DownloadQuery): number {
  const untilMs = Math.min(expiresAt === null ? Infinity : Date.parse(expiresAt), expires * 1000)
  return Math.max(1, Math.min(URL_SECONDS, Math.floor((untilMs - Date.now()) / 1000)))
}

function fileOf(task: Task, query: DownloadQuery): StoredFile {
  const files = [...task.images.map(toStoredFile), ...(task.files ?? [])]
  const wanted = nameIn(query)
  const found = wanted === undefined ? files[0] : files.find(({ name }) => name === wanted)
  if (found) return found
  const names = files.map(({ name }) => name).join(', ')
  throw new AppError('VARIANT_NOT_FOUND', `This task has no file ${wanted ?? 'at all'}; it has ${names || 'none'}.`)
}

/**
 * The name to save a file under. Clients that only support ASCII names (`curl -OJ`) get the id
 * in place of other characters: otherwise two names could become one.
 */
function dispositionOf({ id, name }: Task, file: StoredFile): string {
  const suffix = `${file.name}${extname(file.path)}`
  const shown = `${name.replace(/\.[A-Za-z0-9]{1,5}$/, '')}-${suffix}`
  if (/^[ -~]*$/.test(shown)) return contentDisposition(shown)
  return contentDisposition(shown, { fallback: `${imageNameOf(name)}-${id}-${suffix}` })
}

/** If a URL is signed, its signature must be valid and not expired, whoever sends the request. */
function assertSignature(
  signer: UrlSigner,
  { tenant, taskId, expires, kid, signature, ...query }: DownloadQuery & { tenant: string; taskId: string },
): void {
  if (expires === undefined && kid === undefined && signature === undefined) return
  const grant = { tenant, taskId, file: nameIn(query), expires: expires ?? 0 }
  if (!signer.isSigned(grant, { kid: kid ?? '', signature: signature ?? '' }))
    throw new AppError(
      'INVALID_SIGNATURE',
      'The URL was not signed by this service, has been modified, or its key has been removed.',
    )
  if (grant.expires * 1000 <= Date.now())
    throw new AppError(
      'URL_EXPIRED',
      'This URL has expired. Create a new one with POST /api/v1/tasks/{id}/download-url',
    )
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
