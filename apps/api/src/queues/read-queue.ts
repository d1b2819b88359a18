import { QueueUnavailableError } from '@darkroom/messaging'

const READ_MS = 3000

/** Reads from a queue. Throws QueueUnavailableError when its Redis went away under the question or does not answer it. */
export async function readQueue<T>(read: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new QueueUnavailableError()), READ_MS)
  })
  try {
    return await Promise.race([read(), late])
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
