// `npm run migrate [-- --dry-run]`: the migrations of the database in the environment, in `.env`, or
// of the `npm start` that is running here.
import { existsSync } from 'node:fs'
import { adoptSecretFiles } from '../packages/runtime/src/index.ts'
import { whatRuns } from './running-start.ts'

if (existsSync('.env')) process.loadEnvFile('.env')
adoptSecretFiles()
if (process.env['MONGODB_URL'] === undefined) Object.assign(process.env, whatRuns())
await import('../apps/api/src/migrate.ts')
