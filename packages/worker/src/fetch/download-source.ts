import type { FailureReason } from '@darkroom/messaging'
import { OutgoingRefusal, type Answer, type Outgoing } from '@darkroom/outgoing'
import { writeHashed, type KnownContent } from '@darkroom/storage'
import { writeFailure } from '../child/storage-failure.ts'

/** What the program is given. */
export interface Download {
  url: string
  /** Networks besides public addresses. */
  allowed: string
  /** Of a new file. */
  path: string
  maxBytes: number
  maxMs: number
}

/** What the program prints. */
export type FetchAnswer = { downloaded: KnownContent } | { reason: FailureReason }

/** A download that failed for a known reason. */
export class DownloadFailure extends Error {
  readonly reason: FailureReason

  constructor(reason: FailureReason, options?: ErrorOptions) {
    super(reason.message, options)
    this.name = 'DownloadFailure'
    this.reason = reason
  }
}

const REDIRECTS = 5
/** The server may answer differently in a moment. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429])

/**
 * Downloads a file of a stranger. What the server refuses, and what is too large, is a verdict; trouble
 * on the way, and that of the disk, may pass.
 * @throws DownloadFailure
 */
export async function downloadSource(
  outgoing: Pick<Outgoing, 'get'>,
  { url, path, maxBytes, maxMs }: Omit<Download, 'allowed'>,
): Promise<KnownContent> {
  const signal = AbortSignal.timeout(maxMs)
  // The bytes as they are: nothing is unpacked, so nothing grows.
  const headers = { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'Darkroom' }
  try {
    const answer = await outgoing.get(url, { redirects: REDIRECTS, signal, headers })
    try {
      checkStatus(answer.status)
      return await save(answer, { path, maxBytes, maxMs })
    } finally {
      answer.body.destroy()
    }
  } catch (error) {
    throw toFailure(error, maxMs)
  }
}

function checkStatus(status: number): void {
  if (status === 200) return
  if (status >= 500 || PASSING.has(status)) throw unavailable(`The server of the URL answered with ${status}`)
  if (status === 404 || status === 410)
    throw refused('SOURCE_NOT_FOUND', `There is no file at the URL: its server answered with ${status}`)
  throw refused('SOURCE_DENIED', `The server of the URL does not send the file: it answered with ${status}`)
}

async function save(
  { body, headers }: Answer,
  { path, maxBytes, maxMs }: Pick<Download, 'path' | 'maxBytes' | 'maxMs'>,
): Promise<KnownContent> {
  const declared = declaredBytes(headers['content-length'])
  if (declared !== undefined && declared > maxBytes) throw tooLarge(maxBytes, declared)
  let size = 0
  const take = (chunk: Buffer): Buffer => {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    return chunk
  }
  const written = await writeHashed(received(body, maxMs), path, { take }).catch(throwForDisk)
  if (declared !== undefined && written.bytes !== declared)
    throw unavailable(`The server of the URL sent ${written.bytes} bytes instead of ${declared}`)
  return written
}

/** Errors of a connection look like those of the disk, so they are translated where they occur. */
async function* received(body: Answer['body'], maxMs: number): AsyncGenerator<Buffer> {
  try {
    yield* body as AsyncIterable<Buffer>
  } catch (error) {
    throw toFailure(error, maxMs)
  }
}

function throwForDisk(error: unknown): never {
  throw error instanceof DownloadFailure ? error : new DownloadFailure(writeFailure(error).reason, { cause: error })
}

const declaredBytes = (length: string | string[] | undefined): number | undefined =>
  typeof length === 'string' && /^\d{1,15}$/.test(length) ? Number(length) : undefined

const tooLarge = (maxBytes: number, found?: number): DownloadFailure => {
  const size = found === undefined ? 'is too large' : `has ${found.toLocaleString('en')} bytes`
  return refused(
    'FILE_TOO_LARGE',
    `The file at the URL ${size}: at most ${maxBytes.toLocaleString('en')} bytes are accepted`,
  )
}

const refused = (code: string, message: string): DownloadFailure =>
  new DownloadFailure({ code, message, retryable: false })

const unavailable = (message: string, cause?: unknown): DownloadFailure =>
  new DownloadFailure({ code: 'SOURCE_UNAVAILABLE', message, retryable: true }, { cause })

function toFailure(error: unknown, maxMs: number): DownloadFailure {
  if (error instanceof DownloadFailure) return error
  if (error instanceof OutgoingRefusal) return refused('SOURCE_URL_REFUSED', error.message)
  const { name, code } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError')
    return unavailable(`The download from the URL took longer than ${Math.round(maxMs / 1000)} s`, error)
  return unavailable(`The file could not be downloaded from the URL (${code ?? name})`, error)
}
