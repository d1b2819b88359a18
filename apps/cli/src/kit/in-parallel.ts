/** Works on a few items at a time, and takes each one only when it is its turn. */
export async function inParallel<T>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.asyncIterator]()
  const take = async (): Promise<void> => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) await work(next.value)
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, take))
  } finally {
    await iterator.return?.()
  }
}
