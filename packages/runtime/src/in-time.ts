/**
 * The result of `step`, unless it takes longer than `ms`: then it throws `late()`. The step itself
 * continues; stopping it is up to the caller.
 */
export async function inTime<T>(
  ms: number,
  step: () => Promise<T> | T,
  late: () => Error = () => new Error(`took longer than ${ms} ms`),
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms)
  })
  try {
    return await Promise.race([step(), deadline])
  } finally {
    clearTimeout(timer)
  }
}
