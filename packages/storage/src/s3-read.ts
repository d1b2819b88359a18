import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { checkRange } from './disk-read.ts'
import { inTime, limitWait, type Bucket } from './s3-bucket.ts'
import { isBeyondEnd, toS3StorageError } from './s3-error.ts'
import { readFacts, toFacts } from './s3-facts.ts'
import type { ByteRange, OpenedFile } from './storage.ts'
import { StorageError } from './storage-error.ts'

export async function openObject(bucket: Bucket, key: string, range: ByteRange): Promise<OpenedFile> {
  checkRange(range)
  const { client, name } = bucket
  const command = new GetObjectCommand({ Bucket: name, Key: key, ...rangeHeader(range) })
  try {
    const response = await inTime((options) => client.send(command, options))
    const { sha256, ...facts } = toFacts(wholeSizeOf(response), response)
    const isWhole = response.ContentLength === facts.bytes
    return { ...facts, stream: verified(response.Body as Readable, key, isWhole ? sha256 : undefined) }
  } catch (error) {
    if (!isBeyondEnd(error)) throw error
    const { bytes, modifiedAt } = await readFacts(bucket, key)
    return { bytes, modifiedAt, stream: Readable.from([]) }
  }
}

/** Of the bytes that are stored now, for objects without a checksum. */
export async function hashObject({ client, name }: Bucket, key: string): Promise<string> {
  const { Body } = await inTime((options) => client.send(new GetObjectCommand({ Bucket: name, Key: key }), options))
  const hash = createHash('sha256')
  for await (const chunk of verified(Body as Readable, key, undefined)) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

function rangeHeader({ start = 0, end }: ByteRange): { Range?: string } {
  return start === 0 && end === undefined ? {} : { Range: `bytes=${start}-${end ?? ''}` }
}

function wholeSizeOf({ ContentRange, ContentLength }: GetObjectCommandOutput): number | undefined {
  const whole = /\/(\d+)$/.exec(ContentRange ?? '')?.[1]
  return whole === undefined ? ContentLength : Number(whole)
}

/** So much of a response is read ahead of a reader that is slower than the server. */
const AHEAD_BYTES = 256 * 1024

/**
 * The bytes of a response. Fails if they stop arriving while the reader waits for them, or are not
 * those that were stored. The last chunk is held back until that is known: a reader that forwards
 * the bytes must be able to end without having forwarded them all.
 */
function verified(body: Readable, key: string, sha256: string | undefined): Readable {
  const hash = sha256 === undefined ? undefined : createHash('sha256')
  let held: Uint8Array | undefined
  const fail = (error: unknown): void => void stream.destroy(toS3StorageError(error, key) as Error)
  const wait = limitWait(fail)
  const stream = new Readable({
    highWaterMark: AHEAD_BYTES,
    read: () => {
      wait.begin()
      body.resume()
    },
    destroy: (error, done) => {
      wait.end()
      body.destroy()
      done(error)
    },
  })
  // Otherwise it would begin to flow now.
  body.pause()
  body.on('data', (chunk: Uint8Array) => {
    hash?.update(chunk)
    const ready = held
    held = chunk
    if (ready === undefined || stream.push(ready)) return wait.begin()
    wait.end()
    body.pause()
  })
  body.on('end', () => {
    wait.end()
    if (hash !== undefined && hash.digest('hex') !== sha256) return fail(damaged(key))
    if (held !== undefined) stream.push(held)
    stream.push(null)
  })
  body.on('error', fail)
  return stream
}

const damaged = (key: string): StorageError =>
  new StorageError('STORAGE_FAILED', `The stored bytes of ${key} do not match their checksum.`)
