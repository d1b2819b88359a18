/** Errors of the MongoDB driver that mean "not reachable now", as opposed to "this was wrong". */
const OUTAGES = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'MongoOperationTimeoutError',
  'MongoWaitQueueTimeoutError',
])
/** A connection that breaks under a write is told by the system's own error, not by one of the driver's. */
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT'])
/** Primary stepped down, shutting down, or not elected yet (MongoDB error codes). */
const OUTAGE_CODES = new Set([91, 189, 10107, 11600, 11602, 13435, 13436])

export function isStoreOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (OUTAGES.has(error.name)) return true
  const { code, syscall } = error as { code?: number | string; syscall?: string }
  if (typeof code === 'string') return syscall !== undefined && BROKEN_CONNECTION.has(code)
  if (OUTAGE_CODES.has(code ?? 0)) return true
  // Mongoose says it without a class of its own when commands are not buffered.
  return error.name === 'MongooseError' && /before initial connection|is not connected/i.test(error.message)
}
