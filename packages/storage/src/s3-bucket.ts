import { S3Client } from '@aws-sdk/client-s3'
import { StorageError } from './storage-error.ts'

export interface S3Options {
  /** Of the server; AWS itself if undefined. */
  endpoint?: string
  region: string
  bucket: string
  accessKey: string
  secretKey: string
  /** `http://host/bucket/key` instead of `http://bucket.host/key`: most servers other than AWS need it. */
  forcePathStyle: boolean
}

/** A bucket and the connection to its server. */
export interface Bucket {
  readonly client: S3Client
  readonly name: string
  readonly region: string
}

const CONNECT_MS = 3000
/** Includes the retries of a call. A server that does not respond must not block its callers forever. */
const DEADLINE_MS = 30_000
/** A slow line gets this much time in addition. */
const MS_PER_MEBIBYTE = 1000
const ATTEMPTS = 3
/** Without a logger the client prints a warning whenever a stream meets a conflict, which is no problem. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
/** More connections than requests of one process: requests beyond it would wait for each other. */
const MAX_SOCKETS = 256

export function connectBucket(options: S3Options): Bucket {
  const client = new S3Client({
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    region: options.region,
    credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
    forcePathStyle: options.forcePathStyle,
    maxAttempts: ATTEMPTS,
    logger: SILENT,
    // Bodies are verified by their SHA-256, sent and kept by us: not every server keeps checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It takes a new connection for each large body.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      // A client that downloads slowly leaves a connection idle. Waiting for the server has deadlines of its own.
      socketTimeout: 0,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
  })
  return { client, name: options.bucket, region: options.region }
}

/** Calls the server with a signal that aborts the call when it takes too long. */
export async function inTime<T>(
  act: (options: { abortSignal: AbortSignal }) => Promise<T>,
  { bytes = 0 }: { bytes?: number } = {},
): Promise<T> {
  const limitMs = DEADLINE_MS + (bytes / 1024 ** 2) * MS_PER_MEBIBYTE
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), limitMs)
  try {
    return await act({ abortSignal: controller.signal })
  } catch (error) {
    throw controller.signal.aborted ? tooLate(limitMs, error) : error
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Limits how long the server may keep somebody waiting: `begin` starts the clock, or restarts it,
 * and `end` stops it. `fail` is called if it runs for as long as a call may take.
 */
export function limitWait(fail: (error: StorageError) => void) {
  let timer: NodeJS.Timeout | undefined
  return {
    begin(): void {
      if (timer) timer.refresh()
      else timer = setTimeout(() => fail(tooLate(DEADLINE_MS)), DEADLINE_MS)
    },
    end(): void {
      clearTimeout(timer)
      timer = undefined
    },
  }
}

const tooLate = (limitMs: number, cause?: unknown): StorageError =>
  new StorageError('STORAGE_FAILED', `The S3 server has not responded for ${Math.round(limitMs)} ms.`, { cause })
