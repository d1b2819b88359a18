import type { Migration } from '../src/mongo/migrations/migration.ts'

/** Counts in each document how often it was changed. */
export const countedChange: Migration = {
  id: '0001-counted',
  description: 'Things have a size',
  collection: 'things',
  outdated: { size: { $exists: false } },
  up: [{ $set: { size: { $multiply: ['$width', 2] }, times: { $add: [{ $ifNull: ['$times', 0] }, 1] } } }],
}
