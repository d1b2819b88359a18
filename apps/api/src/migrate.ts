// Runs the migrations of the database without an API, or shows what they would change.
import { parseArgs } from 'node:util'
import { createLogger } from '@darkroom/runtime'
import { readApiEnv } from './env.ts'
import { createMongoConnection, MONGO_OPTIONS } from './mongo/connect-mongo.ts'
import { shareOf } from './mongo/migrations/create-migrations.ts'
import { MigrationStore } from './mongo/migrations/migration-store.ts'
import { MIGRATIONS } from './mongo/migrations/migrations.ts'
import { previewMigrations, type MigrationPreview } from './mongo/migrations/preview-migrations.ts'
import { runMigrations } from './mongo/migrations/run-migrations.ts'

const USAGE = `npm run migrate [-- --dry-run]
  Runs the migrations of the database that MONGODB_URL names, as every API does in the background, and waits for their
  end. With --dry-run it shows what they would change, and changes nothing.`

const print = (text: string): unknown => process.stdout.write(`${text}\n`)
const complain = (text: string): unknown => process.stderr.write(`${text}\n`)
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())
const { 'dry-run': isDry, help } = readOptions()
if (help) print(USAGE)
else await main()

function readOptions() {
  try {
    const options = { 'dry-run': { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } } as const
    return parseArgs({ options }).values
  } catch (error) {
    complain(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exit(2)
  }
}

async function main(): Promise<void> {
  const env = readApiEnv()
  const connection = createMongoConnection()
  try {
    await connection.openUri(env.MONGODB_URL, MONGO_OPTIONS)
    const store = new MigrationStore(connection)
    if (isDry) for (const preview of await previewMigrations(store, MIGRATIONS)) print(textOf(preview))
    else {
      const log = createLogger({ name: 'migrate', level: env.LOG_LEVEL })
      await runMigrations({ store, migrations: MIGRATIONS, log, stop: stopping.signal })
      if (!stopping.signal.aborted) print('All migrations are done.')
    }
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  } finally {
    await connection.close()
  }
}

function textOf({ migration: { id, description, collection }, state, outdated, checked }: MigrationPreview): string {
  const would = `would change ${outdated} of ${checked} documents in ${collection}`
  const what =
    state === undefined
      ? would
      : state.state === 'running'
        ? `${Math.round(shareOf(state) * 100)} % done; ${would}`
        : `done since ${state.finishedAt?.toISOString()}: changed ${state.changed} of ${state.checked} documents`
  return `${id}: ${what}\n  ${description}`
}
