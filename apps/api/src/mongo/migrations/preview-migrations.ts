import type { Migration } from './migration.ts'
import type { MigrationState, MigrationStore } from './migration-store.ts'
import { BATCH_SIZE } from './run-migrations.ts'

/** What a migration would do now. */
export interface MigrationPreview {
  migration: Migration
  /** Undefined if it has not started. */
  state: MigrationState | undefined
  /** The documents that it has yet to change, of all `checked`; none if it is done. */
  outdated: number
  checked: number
}

/** Checks every document of the migrations that are not done, in batches, and changes nothing. */
export async function previewMigrations(
  store: MigrationStore,
  migrations: readonly Migration[],
): Promise<MigrationPreview[]> {
  const states = await store.states(migrations.map(({ id }) => id))
  const previews: MigrationPreview[] = []
  for (const migration of migrations) {
    const state = states.find(({ _id }) => _id === migration.id)
    const counts = state?.state === 'done' ? { outdated: 0, checked: 0 } : await countOf(store, migration)
    previews.push({ migration, state, ...counts })
  }
  return previews
}

async function countOf(store: MigrationStore, migration: Migration) {
  let [outdated, checked] = [0, 0]
  for (let after: unknown = null; ;) {
    const ids = await store.next(migration, after, BATCH_SIZE)
    if (ids.length === 0) return { outdated, checked }
    outdated += await store.countOutdated(migration, ids)
    checked += ids.length
    after = ids.at(-1)
  }
}
