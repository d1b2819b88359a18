// `npm run fuzz [-- --seconds N --seed N --guess]`: sends valid and invalid requests, generated from the
// OpenAPI document, to a real API with a worker. Exits with code 1 if any response was a 5xx,
// undocumented or missing. With --guess it guesses the admin token instead, and exits with code 1 if
// ten or more guesses a minute were checked, or if others were hindered.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startLocalServices } from '@darkroom/local-services'
import pc from 'picocolors'
import { fuzzApi, type FuzzReport } from '../fuzz/fuzz-api.ts'
import { guessTokens, type GuessReport } from '../fuzz/guess-tokens.ts'
import { sampleFiles } from '../fuzz/sample-files.ts'
import { onStopSignal } from './on-stop-signal.ts'
import { startApi, startWorker, type AppProcess } from './processes.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    guess: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const seed = Number(values.seed ?? Date.now() % 1_000_000)
if (!(seconds >= 0) || !Number.isSafeInteger(seed)) {
  console.error('npm run fuzz -- [--seconds N] [--seed N] [--guess]')
  process.exit(2)
}

const ADMIN_TOKEN = 'the-administrator-of-the-fuzz-run'
const LEAST_ROUNDS = 10
const SHOWN = 20
/** A minute. */
const MOST_GUESSES = 10

onStopSignal(() => process.exit(130))
process.exit(await main())

async function main(): Promise<number> {
  const folder = join(import.meta.dirname, '..', '.darkroom', `fuzz-${process.pid}`)
  const dataDir = await mkdtemp(join(tmpdir(), 'darkroom-fuzz-'))
  const services = await startLocalServices({ folder, fresh: true, durable: false, log: console.log })
  const apps: AppProcess[] = []
  try {
    const env = {
      ...{
        REDIS_URL: services.redis.url,
        MONGODB_URL: ownDatabase(services.mongo.url),
        DATA_DIR: dataDir,
        REDIS_NAMESPACE: 'fuzz',
      },
      ...{ AUTH: 'keys', ADMIN_TOKEN, URL_SIGNING_KEYS: `fuzz:${'k'.repeat(40)}`, LOG_LEVEL: 'warn' },
    }
    const api = await startApi({ env, onLine: (line) => console.log(pc.dim(line)) })
    apps.push(api)
    apps.push(await startWorker({ env }))
    const forMs = seconds * 1000
    if (values.guess) return showGuesses(await guessTokens({ origin: api.url, adminToken: ADMIN_TOKEN, forMs }))
    console.log(`Testing ${api.url} for ${seconds} s, seed ${seed}`)
    return show(
      await fuzzApi({
        origin: api.url,
        adminToken: ADMIN_TOKEN,
        seed,
        forMs,
        leastRounds: LEAST_ROUNDS,
        files: await sampleFiles(),
      }),
    )
  } finally {
    await Promise.all(apps.map((app) => app.stop()))
    await services.stop()
    await rm(dataDir, { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
  }
}

/** Tasks are deleted and changed: never those of a database that the environment names. */
function ownDatabase(server: string): string {
  const url = new URL(server)
  url.pathname = '/darkroom-fuzz'
  return url.href
}

function showGuesses({ guesses, checked, mostPerMinute, others, failed }: GuessReport): number {
  console.log(
    `${guesses} guesses in ${seconds} s, ${checked} of them checked, at most ${mostPerMinute} a minute; others: ${others} requests, ${failed} failed`,
  )
  return mostPerMinute < MOST_GUESSES && others > 0 && failed === 0 ? 0 : 1
}

function show({
  operations,
  requests,
  seconds: took,
  serverErrors,
  undocumented,
  unanswered,
  answers,
}: FuzzReport): number {
  for (const [id, counts] of answers) {
    const sorted = [...counts].toSorted(([a], [b]) => a - b)
    console.log(`${id.padEnd(22)}${sorted.map(([status, count]) => `${status} x ${count}`).join('  ')}`)
  }
  const findings = [...serverErrors, ...undocumented, ...unanswered]
  for (const finding of findings.slice(0, SHOWN)) console.log(pc.red(finding))
  const sums = `5xx = ${serverErrors.length}, undocumented responses = ${undocumented.length}, missing responses = ${unanswered.length}`
  console.log(`\n${requests} requests to ${operations} operations in ${took.toFixed(1)} s: ${sums}, seed ${seed}`)
  return findings.length === 0 ? 0 : 1
}
