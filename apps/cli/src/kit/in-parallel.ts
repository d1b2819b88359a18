/**
 * Works on a few items at a time, and takes each one only when it is its turn. After a failure it
 * takes no more, and throws once those in progress have ended.
 */
export async function inParallel<T>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  const failures: unknown[] = []
  const take = async (): Promise<void> => {
    try {
      while (failures.length === 0) {
        const next = await iterator.next()
        if (next.done || failures.length > 0) return
        await work(next.value)
      }
    } catch (error) {
      failures.push(error)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, take))
  await iterator.return?.()
  if (failures.length > 0) throw failures[0] as Error
}
