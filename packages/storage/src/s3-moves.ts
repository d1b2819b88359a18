import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { CopyObjectCommand, DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { CLOCK_SKEW_MS } from './clock-skew.ts'
import { inTime, type Bucket } from './s3-bucket.ts'
import { falseIfConflict, isMissing } from './s3-error.ts'
import { metadataOf, readFacts, readFactsIfThere, toFacts } from './s3-facts.ts'
import { StorageError } from './storage-error.ts'

/** A move that takes longer does not remove the source: its mark might be void by then. */
const MOVE_LIMIT_MS = 30_000
/** A mark of a process that died is void after this time, by the clock of any other. */
const MARK_MS = MOVE_LIMIT_MS + CLOCK_SKEW_MS
const WAIT_MS = 100

/** Objects of the driver itself. Keys do not start with a dot. */
export const MARKS = '.moving/'

/**
 * S3 can only copy and remove. In between, another process may write the object again and rely on it, or
 * move it back. So both keys are marked meanwhile: moves wait for each other, and who has written
 * an object that existed looks for a mark afterwards (see `store`).
 */
export async function moveObject(bucket: Bucket, key: string, toKey: string): Promise<void> {
  const startedAt = performance.now()
  await whileMarked(bucket, [key, toKey], async () => {
    const { sha256, modifiedAt } = await readFacts(bucket, key)
    const replaces = (await readFactsIfThere(bucket, toKey)) !== undefined
    await copyObject(bucket, key, { toKey, sha256, modifiedAt: replaces ? new Date() : modifiedAt })
    if (performance.now() - startedAt > MOVE_LIMIT_MS)
      throw new StorageError('STORAGE_FAILED', `Moving ${key} took too long: it is now under both keys.`)
    await removeObject(bucket, key)
  })
}

export async function isBeingMoved(bucket: Bucket, key: string): Promise<boolean> {
  const mark = await readFactsIfThere(bucket, markOf(key))
  return mark !== undefined && !isVoid(mark)
}

interface Copy {
  toKey: string
  sha256: string | undefined
  modifiedAt?: Date
}

export async function copyObject({ client, name }: Bucket, key: string, { toKey, ...facts }: Copy): Promise<void> {
  const command = new CopyObjectCommand({
    ...{ Bucket: name, Key: toKey },
    CopySource: `${name}/${key.split('/').map(encodeURIComponent).join('/')}`,
    MetadataDirective: 'REPLACE',
    Metadata: metadataOf(facts),
  })
  await inTime((options) => client.send(command, options))
}

export async function removeObject({ client, name }: Bucket, key: string): Promise<void> {
  const command = new DeleteObjectCommand({ Bucket: name, Key: key })
  await inTime((options) => client.send(command, options)).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

/** Always in the same order, so that two moves never wait for each other. */
async function whileMarked(bucket: Bucket, keys: string[], act: () => Promise<void>): Promise<void> {
  const [key, ...others] = keys.toSorted()
  if (key === undefined) return act()
  await mark(bucket, key)
  try {
    await whileMarked(bucket, others, act)
  } finally {
    // The other process that waits for it would otherwise wait until it is void.
    await removeObject(bucket, markOf(key)).catch(() => {})
  }
}

async function mark(bucket: Bucket, key: string): Promise<void> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < MOVE_LIMIT_MS) {
    if (await putMark(bucket, key, { IfNoneMatch: '*' })) return
    const voidTag = await voidMarkOf(bucket, key)
    if (voidTag !== undefined && (await putMark(bucket, key, { IfMatch: voidTag }))) return
    await pause(WAIT_MS)
  }
  throw new StorageError('STORAGE_FAILED', `${key} is being moved by another process.`)
}

/** Its body is unique, and so is its ETag: of two processes that find a void mark, one replaces it. */
async function putMark(
  { client, name }: Bucket,
  key: string,
  condition: { IfNoneMatch?: '*'; IfMatch?: string },
): Promise<boolean> {
  const facts = { Body: randomUUID(), Metadata: metadataOf({ sha256: undefined }) }
  const command = new PutObjectCommand({ Bucket: name, Key: markOf(key), ...facts, ...condition })
  return inTime((options) => client.send(command, options)).then(
    () => true,
    // With IfMatch: the mark has been removed in the meantime.
    (error: unknown) => !isMissing(error) && falseIfConflict(error),
  )
}

async function voidMarkOf({ client, name }: Bucket, key: string): Promise<string | undefined> {
  const command = new HeadObjectCommand({ Bucket: name, Key: markOf(key) })
  const head = await inTime((options) => client.send(command, options)).catch(() => undefined)
  if (head === undefined) return undefined
  return isVoid(toFacts(0, head)) ? head.ETag : undefined
}

const isVoid = ({ modifiedAt }: { modifiedAt: Date }): boolean => Date.now() - modifiedAt.getTime() > MARK_MS

/** Of a fixed length, because a key may be as long as S3 allows. */
const markOf = (key: string): string => MARKS + createHash('sha256').update(key).digest('hex')
