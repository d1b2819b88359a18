import { LRUCache } from 'lru-cache'
import type { RosterStore } from './roster-store.ts'

/** Of the largest size they take about 5 MB each. */
const REMEMBERED = 20

/** The numbers of an album's roster; undefined if it has none. */
export type ReadRoster = (tenant: string, album: string) => Promise<ReadonlySet<string> | undefined>

/** Reads rosters, and remembers their numbers for as long as they are the current ones. */
export function createRosterReader(store: Pick<RosterStore, 'head' | 'numbers'>): ReadRoster {
  const known = new LRUCache<string, { version: string; numbers: ReadonlySet<string> }>({ max: REMEMBERED })
  return async (tenant, album) => {
    const head = await store.head(tenant, album)
    if (!head || head.count === null) return undefined
    const name = `${tenant}/${album}`
    const remembered = known.get(name)
    if (remembered?.version === head.version) return remembered.numbers
    const found = await store.numbers(tenant, album)
    if (!found) return undefined
    const numbers = new Set(found.numbers)
    known.set(name, { version: found.version, numbers })
    return numbers
  }
}
