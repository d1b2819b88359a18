import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListMultipartUploadsCommandOutput,
  type ListObjectsV2CommandOutput,
  type MultipartUpload,
} from '@aws-sdk/client-s3'
import { parseKey } from './key.ts'
import { inTime, type Bucket } from './s3-bucket.ts'
import { isMissingBucket } from './s3-error.ts'
import { MARKS, removeObject } from './s3-moves.ts'
import { TEMPS } from './s3-stream.ts'
import type { ListedFile } from './storage.ts'

/** The stored files below a folder, or all. Objects whose names are not valid keys are left out. */
export async function* listFiles(bucket: Bucket, folder?: string): AsyncGenerator<ListedFile> {
  for await (const file of listObjects(bucket, folder === undefined ? '' : `${parseKey(folder)}/`))
    if (isKey(file.key)) yield file
}

/**
 * Removes uploads that were never finished and the driver's own objects, left by processes that
 * died. Returns their number.
 */
export async function removeOldLeftovers(
  bucket: Bucket,
  olderThanMs: number,
  onError: (error: unknown) => void,
): Promise<number> {
  const isOld = (date = new Date()): boolean => Date.now() - date.getTime() > olderThanMs
  const removeAll = async <T>(items: AsyncIterable<T>, remove: (item: T) => Promise<unknown> | undefined) => {
    let removed = 0
    try {
      for await (const item of items) await remove(item)?.then(() => removed++, onError)
    } catch (error) {
      onError(error)
    }
    return removed
  }
  const removeFile = ({ key, modifiedAt }: ListedFile) => (isOld(modifiedAt) ? removeObject(bucket, key) : undefined)
  return (
    (await removeAll(listUploads(bucket), (upload) => (isOld(upload.Initiated) ? abort(bucket, upload) : undefined))) +
    (await removeAll(listObjects(bucket, TEMPS), removeFile)) +
    (await removeAll(listObjects(bucket, MARKS), removeFile))
  )
}

/** Whether there is no object at all, including those of other programs. A bucket that does not exist is empty. */
export async function isEmptyBucket({ client, name }: Bucket): Promise<boolean> {
  const command = new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 })
  try {
    const { Contents = [] } = await inTime((options) => client.send(command, options))
    return Contents.length === 0
  } catch (error) {
    if (isMissingBucket(error)) return true
    throw error
  }
}

/** With the times of the server: those in the metadata are not part of a list. */
async function* listObjects({ client, name }: Bucket, prefix: string): AsyncGenerator<ListedFile> {
  let token: string | undefined
  do {
    const command = new ListObjectsV2Command({
      ...{ Bucket: name, Prefix: prefix },
      ...(token !== undefined && { ContinuationToken: token }),
    })
    const page: ListObjectsV2CommandOutput = await inTime((options) => client.send(command, options))
    for (const { Key: key = '', Size = 0, LastModified: storedAt = new Date() } of page.Contents ?? [])
      yield { key, bytes: Size, modifiedAt: storedAt, storedAt }
    token = page.IsTruncated === true ? page.NextContinuationToken : undefined
  } while (token !== undefined)
}

async function* listUploads({ client, name }: Bucket): AsyncGenerator<MultipartUpload> {
  let markers: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
  while (markers !== undefined) {
    const command = new ListMultipartUploadsCommand({ Bucket: name, ...markers })
    const page: ListMultipartUploadsCommandOutput = await inTime((options) => client.send(command, options))
    yield* page.Uploads ?? []
    const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page
    markers =
      IsTruncated === true && NextKeyMarker !== undefined
        ? {
            KeyMarker: NextKeyMarker,
            ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }),
          }
        : undefined
  }
}

function abort({ client, name }: Bucket, { Key, UploadId }: MultipartUpload): Promise<unknown> {
  return inTime((options) => client.send(new AbortMultipartUploadCommand({ Bucket: name, Key, UploadId }), options))
}

function isKey(key: string): boolean {
  try {
    return parseKey(key) !== undefined
  } catch {
    return false
  }
}
