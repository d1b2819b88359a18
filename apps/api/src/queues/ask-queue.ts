import { QueueUnavailableError } from '@darkroom/messaging'

const ANSWER_MS = 3000

/** Asks a queue something, or something of it. Throws QueueUnavailableError when its Redis went away under the question or does not answer it. */
export async function askQueue<T>(ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new QueueUnavailableError()), ANSWER_MS)
  })
  try {
    return await Promise.race([ask(), late])
  } catch (error) {
    throw isConnectionFault(error) ? new QueueUnavailableError() : error
  } finally {
    clearTimeout(timer)
  }
}

/** ioredis has no common class for these: some are errors of the socket, some its own. */
const isConnectionFault = (error: unknown): boolean =>
  error instanceof Error &&
  ('syscall' in error || /^Connection is closed|isn't writeable|max retries per request|^Command timed out/i.test(error.message))
