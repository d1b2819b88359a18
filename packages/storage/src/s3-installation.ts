import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { CreateBucketCommand, PutObjectCommand, type BucketLocationConstraint } from '@aws-sdk/client-s3'
import { INSTALLATION_MARKER, markerText, parseMarker } from './installation.ts'
import { inTime, type Bucket } from './s3-bucket.ts'
import { codeOf, falseIfConflict, isMissing, isMissingBucket } from './s3-error.ts'
import { openObject } from './s3-read.ts'

/** A region that must not be named when a bucket is created in it. */
const DEFAULT_REGION = 'us-east-1'

/** The id in the marker; undefined if there is no marker or no bucket. */
export async function readMarker(bucket: Bucket): Promise<string | undefined> {
  try {
    return parseMarker(await text((await openObject(bucket, INSTALLATION_MARKER, {})).stream))
  } catch (error) {
    if (isMissing(error) || isMissingBucket(error)) return undefined
    throw error
  }
}

/** Creates the bucket and the marker if they do not exist. Returns the id in the marker. */
export async function createMarker(bucket: Bucket, id: string = randomUUID()): Promise<string> {
  const known = await readMarker(bucket)
  if (known !== undefined) return known
  await putMarker(bucket, id).catch(async (error: unknown) => {
    if (!isMissingBucket(error)) throw error
    await createBucket(bucket)
    await putMarker(bucket, id)
  })
  // Not the given id: of two processes that start at once, the first one's marker stays.
  const marked = await readMarker(bucket)
  if (marked === undefined) throw new Error(`${INSTALLATION_MARKER} in the bucket is invalid: remove it`)
  return marked
}

async function putMarker({ client, name }: Bucket, id: string): Promise<void> {
  const command = new PutObjectCommand({
    ...{ Bucket: name, Key: INSTALLATION_MARKER },
    Body: markerText(id),
    IfNoneMatch: '*',
  })
  await inTime((options) => client.send(command, options)).catch(falseIfConflict)
}

async function createBucket({ client, name, region }: Bucket): Promise<void> {
  const command = new CreateBucketCommand({
    Bucket: name,
    ...(region !== DEFAULT_REGION && {
      CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
    }),
  })
  await inTime((options) => client.send(command, options)).catch((error: unknown) => {
    // Another process was faster.
    if (!codeOf(error).startsWith('BucketAlready')) throw error
  })
}
