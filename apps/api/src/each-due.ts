/**
 * All that is due, each item once. What has been dealt with is due no longer; what could not be dealt with still is, and must
 * not keep what is due behind it from its turn.
 * @param read a page of what is due, behind so many items
 */
export async function* eachDue<Item extends { id: string }>(read: (skip: number) => Promise<Item[]>): AsyncGenerator<Item> {
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
    // Once more: others may have moved up to the places of those that were skipped.
    if (seen.size === before) return
  }
}
