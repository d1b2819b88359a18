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
import type { PutResult } from './storage.ts'
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

/** Stores a local file and removes it. */
export async function adoptFile(bucket: Bucket, key: string, tempPath: string): Promise<PutResult> {
  const open = () => openToRead(sharedThread, tempPath)
  const { isRegular, bytes } = await withFile(open(), async (file) => {
    const facts = await file.stat()
    return { isRegular: facts.isFile(), bytes: facts.size }
  })
  if (!isRegular) throw new StorageError('UNSAFE_PATH', `The source of ${key} is not a regular file.`)
  const readAll = async (): Promise<Readable> => (await open()).createReadStream({})
  const sha256 = await hashStream(await readAll())
  const sendOnce = async (to: string, ifNew: boolean): Promise<boolean> => {
    const body = await readAll()
    // The client does not notice it, and would wait for the rest.
    const failed = new Promise<never>((_resolve, reject) => void body.once('error', reject))
    const sending = sendBody(bucket, to, { body, bytes, sha256, ifNew })
    return Promise.race([sending, failed]).finally(() => body.destroy())
  }
  const send: Content['send'] = (to, ifNew) => repeated(() => sendOnce(to, ifNew))
  const result = await store(bucket, key, { bytes, sha256, send })
  await unlink(tempPath)
  return result
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

async function hashStream(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
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
