/** Errors of the MongoDB driver that mean "not reachable now", as opposed to "this was wrong". */
const OUTAGES = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNetworkError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoClientClosedError',
])
/**
 * A connection that breaks under a write is told by the system's own error, not by one of the
 * driver's.
 */
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT'])
/** Primary stepped down, shutting down, or not elected yet (MongoDB error codes). */
const OUTAGE_CODES = new Set([91, 189, 10107, 11600, 11602, 13435, 13436])

/** There, but it takes longer than anybody waits: too much is asked of it. */
const BUSY = new Set(['MongoNetworkTimeoutError', 'MongoOperationTimeoutError', 'MongoWaitQueueTimeoutError'])
/** MaxTimeMSExpired. */
const BUSY_CODE = 50

export function isStoreBusy(error: unknown): boolean {
  return error instanceof Error && (BUSY.has(error.name) || (error as { code?: unknown }).code === BUSY_CODE)
}

export function isStoreOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (isStoreBusy(error)) return true
  if (OUTAGES.has(error.name)) return true
  const { code, syscall } = error as { code?: number | string; syscall?: string }
  if (typeof code === 'string') return syscall !== undefined && BROKEN_CONNECTION.has(code)
  if (OUTAGE_CODES.has(code ?? 0)) return true
  // Mongoose says it without a class of its own when commands are not buffered.
  return error.name === 'MongooseError' && /before initial connection|is not connected/i.test(error.message)
}

/**
 * Whether a command surely did not reach the server. On a replica set the driver sends a write
 * twice: that no server is found for the second time says nothing of the first.
 */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'MongoServerSelectionError') return ['Single', 'Unknown'].includes(typeOf(error))
  return error.name === 'MongoNotConnectedError' || (error.name === 'MongooseError' && isStoreOutage(error))
}

const typeOf = (error: Error): string => String((error as { reason?: { type?: unknown } }).reason?.type)
