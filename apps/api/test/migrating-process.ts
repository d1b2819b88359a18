// A process that runs the migration of `run-migrations.int.test.ts` slowly, to be killed half-way.
import { createLogger } from '@darkroom/runtime'
import { createMongoConnection } from '../src/mongo/connect-mongo.ts'
import { MigrationStore } from '../src/mongo/migrations/migration-store.ts'
import { runMigrations } from '../src/mongo/migrations/run-migrations.ts'
import { countedChange } from './counted-change.ts'

const [url = ''] = process.argv.slice(2)
process.on('disconnect', () => process.exit())
const connection = createMongoConnection()
await connection.openUri(url)
await runMigrations({
  store: new MigrationStore(connection),
  migrations: [countedChange],
  log: createLogger({ name: 'migrating', level: 'silent' }),
  stop: new AbortController().signal,
  batchSize: 1,
})
process.exit()
