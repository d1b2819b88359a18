/**
 * Error replies of a Redis that is reachable but cannot work at the moment: full, a replica,
 * starting, or with insufficient permissions.
 */
const UNABLE =
  /\b(OOM|READONLY|LOADING|MASTERDOWN|MISCONF|NOAUTH|WRONGPASS|NOPERM|CLUSTERDOWN|TRYAGAIN|BUSY|NOREPLICAS)\b|The user executing the script can't run/
/** ioredis has no common class for these. */
const NOT_CONNECTED =
  /^Connection is closed|^Command aborted|^Command timed out|^Socket timeout|isn't writeable|max retries per request/i

/**
 * Whether a command failed because of the state of Redis, not because it was wrong. Socket errors
 * are not included.
 */
export function isRedisOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'ReplyError' ? UNABLE.test(error.message) : NOT_CONNECTED.test(error.message)
}
