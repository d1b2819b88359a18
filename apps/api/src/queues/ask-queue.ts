import { QueueUnavailableError } from '@darkroom/messaging'
import { inTime } from '@darkroom/runtime'

const ANSWER_MS = 3000

/** Asks a queue something, or something of it. Throws QueueUnavailableError when its Redis went away under the question or does not answer it. */
export async function askQueue<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await inTime(ANSWER_MS, ask, () => new QueueUnavailableError())
  } catch (error) {
    throw isConnectionFault(error) ? new QueueUnavailableError() : error
  }
}

/** ioredis has no common class for these: some are errors of the socket, some its own. */
const isConnectionFault = (error: unknown): boolean =>
  error instanceof Error &&
  ('syscall' in error || /^Connection is closed|isn't writeable|max retries per request|^Command timed out/i.test(error.message))
