import { QueueUnavailableError } from '@darkroom/messaging'
import { inTime, isRedisOutage } from '@darkroom/runtime'

const ANSWER_MS = 3000

/**
 * Queries or changes a queue. Throws QueueUnavailableError if Redis is unreachable or does not
 * reply in time.
 */
export async function askQueue<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await inTime(ANSWER_MS, ask, () => new QueueUnavailableError())
  } catch (error) {
    throw isConnectionFault(error) ? new QueueUnavailableError() : error
  }
}

const isConnectionFault = (error: unknown): boolean =>
  isRedisOutage(error) || (error instanceof Error && 'syscall' in error)
