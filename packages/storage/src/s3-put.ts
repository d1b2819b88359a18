import { createHash } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { openToRead, withFile } from './durable.ts'
import { sharedThread } from './file-system.ts'
import { inTime, type Bucket } from './s3-bucket.ts'
import { falseIfConflict, isFileOrFolder, isTransient } from './s3-error.ts'
import { metadataOf, readFactsIfThere, type ObjectFacts } from './s3-facts.ts'
import { isBeingMoved } from './s3-moves.ts'
import { hashObject } from './s3-read.ts'
import type { KnownContent, PutResult } from './storage.ts'
import { StorageError } from './storage-error.ts'

/** How often others may change an object during a put before that is an error. */
const MAX_TRIES = 50
const RETRY_MS = 100
/**
 * A server that keeps objects as files may refuse a put while others make or remove the folder. A
 * real conflict of file and folder remains.
 */
const FOLDER_TRIES = 5
/** The client does not send a stream again, since it has no copy of it. A file can be read again. */
const FILE_ATTEMPTS = 3
/** Of a file at a time: larger ones take memory for each of many uploads, smaller ones more CPU time. */
const CHUNK_BYTES = 256 * 1024

/** Bytes to be stored, wherever they are. */
export interface Content {
  bytes: number
  /** In hexadecimal. */
  sha256: string
  /** Stores them under a key. Returns false if `ifNew` and the key exists. */
  send: (key: string, ifNew: boolean) => Promise<boolean>
}

/**
 * Creates an object. One that exists is written again even if its bytes are the same: that makes it
 * as new as if it had just been created, so that a process that removes old unused files does not
 * remove this one.
 */
export async function store(bucket: Bucket, key: string, content: Content): Promise<PutResult> {
  const { bytes } = content
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    if (tries > 1) await pause(RETRY_MS)
    const isCreated = await content.send(key, true).catch((error: unknown) => {
      if (tries < FOLDER_TRIES && isFileOrFolder(error)) return false
      throw error
    })
    if (isCreated) return { bytes, written: true }
    const existing = await readFactsIfThere(bucket, key)
    if (existing === undefined) continue
    const written = !(await hasContent(bucket, key, { existing, content }))
    if (!(await content.send(key, false))) continue
    // A move ends by removing what it has copied, even if that was written again in the meantime.
    if (await isBeingMoved(bucket, key)) continue
    if (await readFactsIfThere(bucket, key)) return { bytes, written }
  }
  throw new StorageError('STORAGE_FAILED', `Other processes keep changing ${key}.`)
}

export function putBytes(bucket: Bucket, key: string, body: Uint8Array): Promise<PutResult> {
  const sha256 = createHash('sha256').update(body).digest('hex')
  const send: Content['send'] = (to, ifNew) => sendBody(bucket, to, { body, bytes: body.length, sha256, ifNew })
  return store(bucket, key, { bytes: body.length, sha256, send })
}

/**
 * Stores a local file and removes it. What is known of it is not taken on trust: the server compares
 * what arrives with it.
 */
export async function adoptFile(
  bucket: Bucket,
  key: string,
  { path, known }: { path: string; known: KnownContent | undefined },
): Promise<PutResult> {
  const { bytes, sha256, whole } = await readOnce(path, { key, known })
  const open = async (): Promise<Readable> =>
    (await openToRead(sharedThread, path)).createReadStream({ highWaterMark: CHUNK_BYTES })
  const sendOnce = async (to: string, ifNew: boolean): Promise<boolean> => {
    if (whole) return sendBody(bucket, to, { body: whole, bytes, sha256, ifNew })
    const body = await open()
    // The client does not notice it, and would wait for the rest.
    const failed = new Promise<never>((_resolve, reject) => void body.once('error', reject))
    const sending = sendBody(bucket, to, { body, bytes, sha256, ifNew })
    return Promise.race([sending, failed]).finally(() => body.destroy())
  }
  const send: Content['send'] = (to, ifNew) => repeated(() => sendOnce(to, ifNew))
  const result = await store(bucket, key, { bytes, sha256, send })
  await unlink(path)
  return result
}

/**
 * The size and hash of a file, and its bytes if they are few. One buffer serves for all of it: a
 * stream allocates one for each chunk, all to be collected. A large file is only read if its hash is
 * not known.
 */
function readOnce(
  path: string,
  { key, known }: { key: string; known: KnownContent | undefined },
): Promise<KnownContent & { whole: Buffer | undefined }> {
  return withFile(openToRead(sharedThread, path), async (file) => {
    const facts = await file.stat()
    if (!facts.isFile()) throw new StorageError('UNSAFE_PATH', `The source of ${key} is not a regular file.`)
    if (known && facts.size !== known.bytes)
      throw new StorageError('STORAGE_FAILED', `${key} should have ${known.bytes} bytes, but has ${facts.size}.`)
    if (known && known.bytes > CHUNK_BYTES) return { ...known, whole: undefined }
    const hash = createHash('sha256')
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, facts.size))
    for (let bytes = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes)
      hash.update(buffer.subarray(0, bytesRead))
      bytes += bytesRead
      if (bytesRead === 0 || bytes === facts.size)
        return {
          bytes,
          sha256: hash.digest('hex'),
          whole: bytes <= buffer.length ? buffer.subarray(0, bytes) : undefined,
        }
    }
  })
}

interface Body {
  body: Uint8Array | Readable
  bytes: number
  sha256: string
  ifNew: boolean
}

/** The server compares the bytes that arrive with their SHA-256. Returns false if there was a conflict. */
async function sendBody({ client, name }: Bucket, key: string, { body, bytes, sha256, ifNew }: Body): Promise<boolean> {
  const command = new PutObjectCommand({
    ...{ Bucket: name, Key: key, Body: body, ContentLength: bytes },
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    Metadata: metadataOf({ sha256 }),
    ...(ifNew && { IfNoneMatch: '*' }),
  })
  return inTime((options) => client.send(command, options), { bytes }).then(() => true, falseIfConflict)
}

async function hasContent(
  bucket: Bucket,
  key: string,
  { existing, content }: { existing: ObjectFacts; content: Content },
): Promise<boolean> {
  if (existing.bytes !== content.bytes) return false
  return (existing.sha256 ?? (await hashObject(bucket, key))) === content.sha256
}

async function repeated<T>(act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      if (attempt === FILE_ATTEMPTS || !isTransient(error)) throw error
    }
    await pause(RETRY_MS)
  }
}
