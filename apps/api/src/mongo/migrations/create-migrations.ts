import type { Logger } from '@darkroom/runtime'
import type { MongoConnection } from '../create-mongo.ts'
import type { MigrationState } from './migration-store.ts'
import { MigrationStore } from './migration-store.ts'
import { MIGRATIONS } from './migrations.ts'
import { runMigrations } from './run-migrations.ts'

/** Runs the migrations of the database in the background, beside the API's other work. */
export function createMigrations({ mongo, log }: { mongo: MongoConnection; log: Logger }) {
  const stopping = new AbortController()
  const progress = new Map<string, number>()
  let running = Promise.resolve()
  const onProgress = (state: MigrationState): void => void progress.set(state._id, shareOf(state))
  return {
    /** From 0 to 1, by migration; known a moment after the start. */
    progress: progress as ReadonlyMap<string, number>,
    start: (): void => {
      const store = new MigrationStore(mongo)
      running = runMigrations({ store, migrations: MIGRATIONS, log, stop: stopping.signal, onProgress })
    },
    stop: (): Promise<void> => {
      stopping.abort()
      return running
    },
  }
}

/** The total is that of the start: documents may have been added or removed since. */
export function shareOf({ state, checked, total }: Pick<MigrationState, 'state' | 'checked' | 'total'>): number {
  return state === 'done' ? 1 : Math.min(0.99, total === 0 ? 0 : checked / total)
}
