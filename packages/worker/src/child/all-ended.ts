/** `Promise.all`, except that after a failure it waits for the others before it throws. */
export async function allEnded<const Work extends readonly Promise<unknown>[]>(work: Work) {
  await Promise.allSettled(work)
  return Promise.all(work)
}
