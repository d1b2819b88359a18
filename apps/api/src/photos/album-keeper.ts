import { applyRoster } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { isDeepStrictEqual } from 'node:util'
import { eachDue } from '../ground/each-due.ts'
import { inParallel } from '../ground/in-parallel.ts'
import { RepeatedPass } from '../ground/repeated-pass.ts'
import type { TaskRecord } from '../tasks/task.ts'
import { readIn } from './bibs-of.ts'
import type { PhotoStore } from './photo-store.ts'
import type { RefreshPhoto } from './refresh-photo.ts'
import type { ReadRoster } from './roster-reader.ts'
import type { RosterHead, RosterStore } from './roster-store.ts'

const PIECE = 100
/** Enough for a piece; another process continues if this one dies. */
const LEASE_MS = 30_000
const RETRY_MS = 1000
/** A roster of fifty thousand photos must not slow down requests. */
const SIDE_BY_SIDE = 4

/**
 * Applies new rosters to the photos of their albums, piece by piece, and makes readings searchable
 * that were not because a process died. Every replica runs one: a roster is claimed by one of them
 * at a time, and doing the same twice changes nothing.
 */
export class AlbumKeeper extends RepeatedPass {
  readonly #deps

  constructor(deps: {
    rosters: RosterStore
    photos: PhotoStore
    readRoster: ReadRoster
    refresh: RefreshPhoto
    intervalMs: number
    log: Logger
    now: () => number
  }) {
    super(deps.intervalMs)
    this.#deps = deps
  }

  protected async checkDue(): Promise<void> {
    const { rosters, photos, log, now } = this.#deps
    try {
      const at = new Date(now())
      for await (const photo of eachDue((skip) => photos.due(at, PIECE, skip))) {
        if (this.isStopped) return
        await this.#refresh(photo)
      }
      for (;;) {
        const roster = this.isStopped ? undefined : await rosters.claim(new Date(now()), LEASE_MS)
        if (!roster) return
        await this.#apply(roster).catch(async (error: unknown) => {
          log.warn({ album: roster.album, err: error }, 'roster not applied; trying again')
          await rosters.release(roster, new Date(now() + RETRY_MS))
          throw error
        })
      }
    } catch (error) {
      log.debug({ err: error }, 'albums not checked; trying again')
    }
  }

  async #apply(roster: RosterHead): Promise<void> {
    const { rosters, photos, readRoster, log, now } = this.#deps
    const { tenant, album } = roster
    let after = roster.applyAfter
    while (!this.isStopped) {
      const piece = await photos.completedAfter(tenant, album, after, PIECE)
      const numbers = await readRoster(tenant, album)
      const changed = piece.filter((photo) => wouldChange(photo, numbers))
      await inParallel(changed, SIDE_BY_SIDE, (photo) => this.#deps.refresh(photo))
      const last = piece.at(-1)
      if (!last) {
        await rosters.finish(roster)
        log.info({ album, numbers: roster.count }, 'roster applied')
        return
      }
      after = last.id
      // Another roster starts from the first photo again.
      if (!(await rosters.advance(roster, after, new Date(now() + LEASE_MS)))) return
    }
    await rosters.release(roster, new Date(now()))
  }

  /** A photo that cannot be refreshed must not block those after it. */
  async #refresh(photo: TaskRecord): Promise<void> {
    const { refresh, log } = this.#deps
    await refresh(photo).catch((error: unknown) =>
      log.warn({ taskId: photo.id, err: error }, 'readings not made searchable; trying again'),
    )
  }
}

function wouldChange({ result }: TaskRecord, numbers: ReadonlySet<string> | undefined): boolean {
  const bibs = readIn(result)
  return bibs !== undefined && !isDeepStrictEqual(applyRoster(bibs, numbers), bibs)
}
