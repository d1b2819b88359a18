import { HeadObjectCommand, ListObjectsV2Command, S3ServiceException } from '@aws-sdk/client-s3'
import { inTime, type Bucket } from './s3-bucket.ts'
import { isMissing } from './s3-error.ts'
import type { StoredFile } from './storage.ts'

/** What is known of a stored object without reading it. */
export interface ObjectFacts extends StoredFile {
  /** In hexadecimal; undefined if the object was stored by another program. */
  sha256?: string | undefined
}

/**
 * Kept with each object. The SHA-256 is what tells equal bytes without a download. The time is that
 * of the last put: the server's own cannot be set, so moving a file would change it.
 */
export function metadataOf({ sha256, modifiedAt = new Date() }: { sha256: string | undefined; modifiedAt?: Date }) {
  return { ...(sha256 !== undefined && { sha256 }), modified: modifiedAt.toISOString() }
}

export function toFacts(
  bytes: number | undefined,
  { LastModified, Metadata }: { LastModified?: Date | undefined; Metadata?: Record<string, string> | undefined },
): ObjectFacts {
  const modified = new Date(Metadata?.['modified'] ?? Number.NaN)
  return {
    bytes: bytes ?? 0,
    modifiedAt: Number.isNaN(modified.getTime()) ? (LastModified ?? new Date(0)) : modified,
    sha256: Metadata?.['sha256'],
  }
}

export async function readFacts({ client, name }: Bucket, key: string): Promise<ObjectFacts> {
  try {
    const head = await inTime((options) => client.send(new HeadObjectCommand({ Bucket: name, Key: key }), options))
    return toFacts(head.ContentLength, head)
  } catch (error) {
    // The response to a HEAD request has no body: without a bucket, or with a wrong access key, the
    // object looks missing. A list says what is wrong.
    const list = new ListObjectsV2Command({ Bucket: name, MaxKeys: 1 })
    if (error instanceof S3ServiceException) await inTime((options) => client.send(list, options))
    throw error
  }
}

export function readFactsIfThere(bucket: Bucket, key: string): Promise<ObjectFacts | undefined> {
  return readFacts(bucket, key).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
}
