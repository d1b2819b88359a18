/** Calls a function for each item, with limited concurrency. */
export async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries()
  const work = async (): Promise<void> => {
    for (const [index, item] of queue) await act(item, index)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work))
}
