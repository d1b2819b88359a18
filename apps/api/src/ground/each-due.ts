/**
 * Processes all due items, each once. Processed items are no longer due; failed ones still are, and
 * must not block those after them.
 * @param read returns a page of due items, after skipping this many
 */
export async function* eachDue<Item extends { id: string }>(
  read: (skip: number) => Promise<Item[]>,
): AsyncGenerator<Item> {
  const seen = new Set<string>()
  for (;;) {
    const before = seen.size
    let page: Item[]
    for (let skip = 0; (page = await read(skip)).length > 0;) {
      const unseen = page.filter(({ id }) => !seen.has(id))
      for (const item of unseen) {
        seen.add(item.id)
        yield item
      }
      if (unseen.length === 0) skip += page.length
    }
    // Once more: others may have moved up to the positions of those that were skipped.
    if (seen.size === before) return
  }
}
