// `npm run keys -- create | list | rotate | revoke`: the API keys of the database in the
// environment, in `.env`, or of the `npm start` that is running here.
import { existsSync } from 'node:fs'
import { adoptSecretFiles } from '../packages/runtime/src/index.ts'
import { whatRuns } from './running-start.ts'

if (existsSync('.env')) process.loadEnvFile('.env')
adoptSecretFiles()
if (process.env['MONGODB_URL'] === undefined) Object.assign(process.env, whatRuns())
// Whoever creates the first key cannot have set AUTH=keys everywhere yet.
process.env['AUTH'] ||= 'keys'
await import('../apps/api/src/manage-keys.ts')
