import { randomUUID } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { stagedFolder, stagedKey } from '@darkroom/contracts'
import { makeFolders, type Storage } from '@darkroom/storage'
import { AppError } from '../../app-error.ts'
import type { ReceivedBytes } from '../../tasks/kind.ts'
import type { Prepare } from '../prepare-upload.ts'
import { writeUpload } from '../write-upload.ts'
import type { StagedUploadRecord } from './staged-upload-store.ts'

/** A crash loses at most this much of an upload, which its client sends again. */
const SEGMENT_BYTES = 4 * 1024 * 1024
/** Each costs a file: clients that send a few bytes at a time are refused. */
const MAX_SEGMENTS = 2000

export type Owner = Pick<StagedUploadRecord, 'id' | 'tenant'>

interface Segment {
  key: string
  offset: number
  bytes: number
}

/**
 * The bytes of uploads that arrive in several requests. They are stored in segments, each of which
 * is written like any other file: whole and durable, or not at all. What is stored without a gap is
 * what has been received, whichever process received it.
 */
export class StagedBytes {
  readonly #storage
  readonly #folder

  /** @param folder for segments that are being received */
  constructor(storage: Storage, folder: string) {
    this.#storage = storage
    this.#folder = folder
  }

  async received(upload: Owner): Promise<number> {
    const last = (await this.#segments(upload)).at(-1)
    return last === undefined ? 0 : last.offset + last.bytes
  }

  /**
   * Stores bytes from an offset on, and returns where they end. If the source fails, what has
   * arrived until then is stored as well.
   */
  async receive(upload: Owner, offset: number, source: Readable): Promise<number> {
    if ((await this.#segments(upload)).length >= MAX_SEGMENTS) throw tooManySegments()
    await makeFolders(this.#folder)
    let end = offset
    const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
    for (let isOver = false; !isOver;) {
      const path = join(this.#folder, `segment-${randomUUID()}`)
      try {
        const { bytes, fault, ...read } = await writeSegment(chunks, path)
        if (bytes > 0) await this.#storage.adopt(path, stagedKey(upload.tenant, upload.id, end))
        end += bytes
        if (fault) throw fault.error
        isOver = read.isOver
      } finally {
        await unlink(path).catch(() => {})
      }
    }
    return end
  }

  /** Copies the whole upload into a file. Throws UPLOAD_INCOMPLETE. */
  async copyTo(upload: Owner & { bytes: number }, path: string, prepare: Prepare): Promise<ReceivedBytes> {
    const segments = await this.#segments(upload)
    const storage = this.#storage
    const all = async function* (): AsyncGenerator<Buffer> {
      for (const { key } of segments) yield* (await storage.open(key)).stream as AsyncIterable<Buffer>
    }
    await makeFolders(this.#folder)
    const written = await writeUpload(all(), path, { prepare })
    if (written.bytes !== upload.bytes) throw incomplete(upload.bytes, written.bytes)
    return { path, ...written }
  }

  /** One that cannot be removed does not block the others. */
  async remove(upload: Owner): Promise<void> {
    const errors: unknown[] = []
    for await (const { key } of this.#storage.list(stagedFolder(upload.tenant, upload.id)))
      await this.#storage.remove(key).catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw errors[0]
  }

  /** Without a gap, from the first byte on. */
  async #segments({ tenant, id }: Owner): Promise<Segment[]> {
    const found: Segment[] = []
    for await (const { key, bytes } of this.#storage.list(stagedFolder(tenant, id)))
      found.push({ key, bytes, offset: Number(key.slice(key.lastIndexOf('/') + 1)) })
    const segments: Segment[] = []
    let end = 0
    for (const segment of found.toSorted((a, b) => a.offset - b.offset)) {
      // One that begins elsewhere was left by a request that was overtaken: it is written again.
      if (segment.offset !== end) continue
      segments.push(segment)
      end += segment.bytes
    }
    return segments
  }
}

interface Written {
  bytes: number
  isOver: boolean
  fault?: { error: unknown }
}

/** Writes chunks into a new file until it is long enough for a segment, or there are no more. */
async function writeSegment(chunks: AsyncIterator<Buffer, undefined>, path: string): Promise<Written> {
  const file = await open(path, 'wx', 0o600)
  let bytes = 0
  try {
    while (bytes < SEGMENT_BYTES) {
      const next = await chunks.next().catch((error: unknown) => ({ error }))
      if ('error' in next) return { bytes, isOver: true, fault: next }
      if (next.done === true) return { bytes, isOver: true }
      await file.appendFile(next.value)
      bytes += next.value.length
    }
    return { bytes, isOver: false }
  } finally {
    await file.close()
  }
}

const incomplete = (bytes: number, received: number): AppError =>
  new AppError(
    'UPLOAD_INCOMPLETE',
    `${received} of ${bytes} bytes have arrived: send the rest first, or start again if there are too many.`,
  )

const tooManySegments = (): AppError =>
  new AppError(
    'INVALID_UPLOAD_HEADER',
    `The upload arrived in ${MAX_SEGMENTS} pieces, which is the maximum. Start again, and send larger chunks.`,
  )
