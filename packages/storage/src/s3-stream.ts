import { createHash, randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { Upload } from '@aws-sdk/lib-storage'
import type { Bucket } from './s3-bucket.ts'
import { CallerError } from './s3-error.ts'
import { readFactsIfThere } from './s3-facts.ts'
import { copyObject, removeObject } from './s3-moves.ts'
import { putBytes, store, type Content } from './s3-put.ts'
import type { PutResult } from './storage.ts'

/** Three of them are in memory at a time. S3 allows 10,000, so a file may have 80 GB. */
const PART_BYTES = 8 * 1024 * 1024
const PARTS_AT_ONCE = 2

/** Objects of the driver itself, on their way to their key. Keys do not start with a dot. */
export const TEMPS = '.tmp/'

export const tempKey = (): string => TEMPS + randomUUID()

/**
 * Stores a stream of unknown length. A long one goes to a temporary key first: its checksum is only
 * known at the end, and must be stored together with the object.
 */
export async function putStream(bucket: Bucket, key: string, body: Readable): Promise<PutResult> {
  const chunks = ofCaller(body)
  try {
    const head = await readHead(chunks)
    return head.isWhole ? await putBytes(bucket, key, head.bytes) : await putLong(bucket, key, { head, chunks })
  } finally {
    body.destroy()
  }
}

type Chunks = AsyncGenerator<Uint8Array, void>

async function putLong(
  bucket: Bucket,
  key: string,
  { head, chunks }: { head: { bytes: Uint8Array }; chunks: Chunks },
): Promise<PutResult> {
  const temp = tempKey()
  try {
    const facts = await uploadParts(bucket, temp, joined(head.bytes, chunks))
    const send: Content['send'] = async (toKey, ifNew) => {
      // Not every server makes a copy depend on a condition.
      if (ifNew && (await readFactsIfThere(bucket, toKey))) return false
      await copyObject(bucket, temp, { toKey, sha256: facts.sha256 })
      return true
    }
    return await store(bucket, key, { ...facts, send })
  } finally {
    await removeObject(bucket, temp).catch(() => {})
  }
}

async function uploadParts(
  { client, name }: Bucket,
  key: string,
  body: AsyncIterable<Uint8Array>,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  const hashed = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      hash.update(chunk)
      bytes += chunk.length
      yield chunk
    }
  }
  const params = { Bucket: name, Key: key, Body: Readable.from(hashed()) }
  await new Upload({ client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE }).done()
  return { bytes, sha256: hash.digest('hex') }
}

/** The first chunks, up to the size of a part. */
async function readHead(chunks: Chunks): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const read: Uint8Array[] = []
  for (let bytes = 0; bytes < PART_BYTES;) {
    const { value } = await chunks.next()
    if (value === undefined) return { bytes: Buffer.concat(read), isWhole: true }
    bytes += value.length
    read.push(value)
  }
  return { bytes: Buffer.concat(read), isWhole: false }
}

async function* joined(head: Uint8Array, rest: Chunks): Chunks {
  yield head
  yield* rest
}

/** Errors of the stream itself are not those of the storage. */
async function* ofCaller(body: Readable): Chunks {
  try {
    for await (const chunk of body) yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array)
  } catch (error) {
    throw new CallerError(error)
  }
}
