import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { parseKey } from './key.ts'
import { connectBucket, type Bucket, type S3Options } from './s3-bucket.ts'
import { toS3StorageError } from './s3-error.ts'
import { readFacts } from './s3-facts.ts'
import { createMarker, readMarker } from './s3-installation.ts'
import { isEmptyBucket, listFiles, removeOldLeftovers } from './s3-list.ts'
import { moveObject, removeObject } from './s3-moves.ts'
import { adoptFile, putBytes } from './s3-put.ts'
import { openObject } from './s3-read.ts'
import { putStream, tempKey } from './s3-stream.ts'
import type { ListedFile, Storage, StoredFile } from './storage.ts'
import { isStorageError } from './storage-error.ts'

export type { S3Options } from './s3-bucket.ts'

/** What a bucket can do in addition to the port. */
export interface S3Storage extends Storage {
  /**
   * A URL that anybody can download the file from, without a key of the S3 server, until it
   * expires.
   */
  presign(key: string, response: PresignedResponse): Promise<string>

  /**
   * A request that anybody can send the bytes of a file with. The server accepts no other bytes:
   * their number and their SHA-256 are part of the signature.
   */
  presignPut(key: string, file: PresignedFile): Promise<PresignedPut>
}

export interface PresignedFile {
  /** How long the request is valid. */
  seconds: number
  bytes: number
  /** In hexadecimal. */
  sha256: string
}

export interface PresignedPut {
  url: string
  headers: Record<string, string>
}

export interface PresignedResponse {
  /** How long the URL is valid. */
  seconds: number
  contentType: string
  /** Of the header Content-Disposition. */
  disposition: string
}

/**
 * Storage in a bucket of an S3 server. Unlike a disk it keeps the time of a file to the
 * millisecond only for files that it stored itself: others, and lists, have that of the server,
 * which is in seconds.
 */
export function createS3Storage(options: S3Options): S3Storage {
  const bucket = connectBucket(options)
  const checkKey = tempKey()
  const onKey = <T>(key: string, act: () => Promise<T>): Promise<T> => translated(key, () => (parseKey(key), act()))
  const onBucket = <T>(act: () => Promise<T>) => translated('the bucket', act)
  return {
    put: (key, body) =>
      onKey(key, () => (body instanceof Uint8Array ? putBytes(bucket, key, body) : putStream(bucket, key, body))),
    adopt: (tempPath, key, known) => onKey(key, () => adoptFile(bucket, key, { path: tempPath, known })),
    open: (key, range = {}) => onKey(key, () => openObject(bucket, key, range)),
    stat: (key) => onKey(key, () => statObject(bucket, key)),
    move: (key, toKey) => onKey(key, () => (parseKey(toKey), moveObject(bucket, key, toKey))),
    remove: (key) => onKey(key, () => removeObject(bucket, key)),
    list: (folder, onError) => listTranslated(bucket, folder, onError),
    check: () => onBucket(() => checkBucket(bucket, checkKey)),
    freeBytes: async () => undefined,
    removeLeftovers: (olderThanMs, onError) =>
      removeOldLeftovers(bucket, olderThanMs, (error) => onError(toS3StorageError(error, 'the bucket'))),
    readInstallation: () => onBucket(() => readMarker(bucket)),
    markInstallation: (id) => onBucket(() => createMarker(bucket, id)),
    isEmpty: () => onBucket(() => isEmptyBucket(bucket)),
    presign: (key, response) => onKey(key, () => presign(bucket, key, response)),
    presignPut: (key, file) => onKey(key, () => presignPut(bucket, key, file)),
    place: `bucket ${options.bucket} at ${options.endpoint ?? `AWS (${options.region})`}`,
    close: () => bucket.client.destroy(),
  }
}

async function translated<T>(key: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw toS3StorageError(error, key)
  }
}

async function* listTranslated(
  bucket: Bucket,
  folder?: string,
  onError?: (error: unknown) => void,
): AsyncGenerator<ListedFile> {
  try {
    yield* listFiles(bucket, folder)
  } catch (error) {
    const translatedError = toS3StorageError(error, folder ?? 'the bucket')
    if (onError === undefined || isStorageError(error, 'INVALID_KEY')) throw translatedError
    onError(translatedError)
  }
}

/** Always with the same key: what a check leaves that loses its connection, the next one removes. */
async function checkBucket(bucket: Bucket, key: string): Promise<void> {
  await putBytes(bucket, key, Buffer.from('check'))
  await removeObject(bucket, key)
}

async function statObject(bucket: Bucket, key: string): Promise<StoredFile> {
  const { bytes, modifiedAt } = await readFacts(bucket, key)
  return { bytes, modifiedAt }
}

function presign({ client, name }: Bucket, key: string, response: PresignedResponse): Promise<string> {
  const command = new GetObjectCommand({
    ...{ Bucket: name, Key: key },
    ResponseContentType: response.contentType,
    ResponseContentDisposition: response.disposition,
  })
  return getSignedUrl(client, command, { expiresIn: response.seconds })
}

const CHECKSUM = 'x-amz-checksum-sha256'

async function presignPut({ client, name }: Bucket, key: string, file: PresignedFile): Promise<PresignedPut> {
  const checksum = Buffer.from(file.sha256, 'hex').toString('base64')
  const command = new PutObjectCommand({
    ...{ Bucket: name, Key: key },
    ContentLength: file.bytes,
    ChecksumSHA256: checksum,
  })
  const url = await getSignedUrl(client, command, {
    expiresIn: file.seconds,
    // A header in the query is not compared with the body by every server.
    unhoistableHeaders: new Set([CHECKSUM]),
    signableHeaders: new Set(['host', 'content-length', CHECKSUM]),
  })
  return { url, headers: { 'Content-Length': String(file.bytes), [CHECKSUM]: checksum } }
}
