/** Errors of the MongoDB driver that mean "unreachable", as opposed to "invalid command". */
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
 * A connection that breaks during a write is reported by a system error, not by one of the
 * driver's.
 */
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT'])
/** Primary stepped down, shutting down, or not elected yet (MongoDB error codes). */
const OUTAGE_CODES = new Set([91, 189, 10107, 11600, 11602, 13435, 13436])

/** Reachable but overloaded: it takes longer than the time limit. */
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
  // Mongoose has no error class of its own for this when commands are not buffered.
  return error.name === 'MongooseError' && /before initial connection|is not connected/i.test(error.message)
}

/**
 * Whether a command certainly did not reach the server. Unless this is a standalone one, the driver
 * sends a write twice: if it finds no server the second time, this says nothing about the first.
 */
export function wasNeverSent(error: unknown, isStandalone: boolean): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'MongoServerSelectionError')
    return typeOf(error) === 'Unknown' || (typeOf(error) === 'Single' && isStandalone)
  return error.name === 'MongoNotConnectedError' || (error.name === 'MongooseError' && isStoreOutage(error))
}

const typeOf = (error: Error): string => String((error as { reason?: { type?: unknown } }).reason?.type)
