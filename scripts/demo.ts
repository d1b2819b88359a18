// `npm run demo [-- FILE…]`: runs the complete service once, from nothing to finished variants, and
// stops everything again.
import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FOLDERS } from '@darkroom/contracts'
import { FolderTakenError, startLocalServices } from '@darkroom/local-services'
import pc from 'picocolors'
import { processPhotos, type Photo } from './demo-client.ts'
import { findPhotos, makeSamplePhotos } from './demo-photos.ts'
import { showProgress } from './demo-progress.ts'
import { resultTable } from './demo-table.ts'
import { onStopSignal } from './on-stop-signal.ts'
import { describeExit, startApi, startWorker, type AppProcess } from './processes.ts'

const USAGE = `npm run demo [-- FILE|FOLDER…]
  Starts everything, processes the photos (or four sample photos), prints the results and stops everything.
  The variants remain in .darkroom/demo/data/output until the next demo.`

const DEMO_FOLDER = join(import.meta.dirname, '..', '.darkroom', 'demo')
const DATA_DIR = join(DEMO_FOLDER, 'data')
const GRACE_MS = 8000
/** After Ctrl-C there is no point in waiting for photos. */
const INTERRUPTED_GRACE_MS = 1500
const INTERRUPTED = 130
/** For all photos together, plus a time for each of them. */
const PATIENCE_MS = 60_000
const PATIENCE_PER_PHOTO_MS = 10_000

const stopping = new AbortController()
let started = false
onStopSignal(() => {
  // Everything started so far ends with this process.
  if (!started) process.exit(INTERRUPTED)
  console.log('\nStopping …')
  stopping.abort()
})

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (stopping.signal.aborted) process.exitCode = INTERRUPTED
  else {
    console.error(pc.red(messageOf(error)))
    process.exitCode = 1
  }
}
process.exit()

async function main(args: string[]): Promise<number> {
  const { values, positionals: files } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  // npm changes to the project folder; file names are relative to the folder in which it was
  // called.
  const given = await findPhotos(files, process.env['INIT_CWD'] ?? process.cwd())
  const services = await startLocalServices({ folder: DEMO_FOLDER, fresh: true, log: console.log })
  started = true
  const apps: AppProcess[] = []
  try {
    await rm(DATA_DIR, { recursive: true, force: true })
    await mkdir(DATA_DIR, { recursive: true, mode: 0o700 })
    const photos = given.length > 0 ? given : await makeSamplePhotos(join(DEMO_FOLDER, 'photos'), stopping.signal)
    // Its own namespace, in case the environment names a Redis that is in use.
    const env = {
      REDIS_URL: services.redis.url,
      MONGODB_URL: services.mongo.url,
      DATA_DIR,
      STORAGE: 'disk',
      REDIS_NAMESPACE: 'demo',
    }
    const [api] = await startApps(apps, { env, signal: stopping.signal })
    console.log(`Sending ${photos.length} photo${photos.length === 1 ? '' : 's'} to ${api.url}/api/v1/tasks`)
    return report(await watchPhotos(api.url, photos, apps), photos)
  } finally {
    await Promise.all(apps.map((app) => app.stop(stopping.signal.aborted ? INTERRUPTED_GRACE_MS : GRACE_MS)))
    await services.stop()
  }
}

/** Both in parallel. Everything that has started is in `apps`, even if the other one fails. */
async function startApps(apps: AppProcess[], options: Parameters<typeof startApi>[0]) {
  const remember = <App extends AppProcess>(app: App): App => {
    apps.push(app)
    return app
  }
  const [api, worker] = await Promise.allSettled([
    startApi(options).then(remember),
    startWorker(options).then(remember),
  ])
  if (api.status === 'rejected') throw api.reason
  if (worker.status === 'rejected') throw worker.reason
  console.log(`The API and one worker are running (processes ${api.value.pid} and ${worker.value.pid})`)
  return [api.value, worker.value] as const
}

async function watchPhotos(url: string, paths: readonly string[], apps: readonly AppProcess[]): Promise<Photo[]> {
  const progress = showProgress(paths.length)
  const patienceMs = PATIENCE_MS + paths.length * PATIENCE_PER_PHOTO_MS
  const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(patienceMs)])
  const died = apps.map(async (app): Promise<never> => {
    const exit = await app.exited
    throw new Error(`${app.name} ended (${describeExit(exit)}):\n${app.output()}`)
  })
  try {
    return await Promise.race([processPhotos(url, paths, progress.show, signal), ...died])
  } catch (error) {
    if (signal.aborted && !stopping.signal.aborted)
      throw new Error(`The photos were not finished after ${patienceMs / 1000} s.`)
    throw error
  } finally {
    for (const death of died) death.catch(() => {}) // from here on they are supposed to end
    progress.end()
  }
}

async function report(photos: Photo[], paths: readonly string[]): Promise<number> {
  for (const photo of photos) photo.fault ??= await missingFile(photo)
  console.log(`\n${resultTable(photos)}\n`)
  const completed = photos.filter((photo) => photo.fault === undefined).length
  const colour = completed === photos.length ? pc.green : pc.red
  console.log(colour(`${completed} of ${photos.length} photo${photos.length === 1 ? '' : 's'} done.`))
  console.log(`The variants are in ${join(DATA_DIR, FOLDERS.variants)}, each named by the MD5 of its bytes.`)
  console.log(`Next, run ${pc.cyan('npm start')}, and in another terminal:`)
  console.log(pc.cyan(`  curl -F 'file=@${paths[0]}' http://localhost:3000/api/v1/tasks`))
  console.log(`or upload photos on the web page: ${pc.cyan('http://localhost:3000')}`)
  return completed === photos.length ? 0 : 1
}

/** The files that the response lists must exist. */
async function missingFile({ task }: Photo): Promise<string | undefined> {
  for (const image of task?.images ?? []) {
    const found = await stat(join(DATA_DIR, image.path)).catch(() => undefined)
    if (found?.size !== image.size) return `${image.path} is missing on disk`
  }
  return undefined
}

function messageOf(error: unknown): string {
  if (error instanceof FolderTakenError)
    return `A demo is already running (process ${error.pid}): wait until it ends, or stop it with Ctrl-C.`
  const message = error instanceof Error ? error.message : String(error)
  return message.startsWith('Unknown option') ? `${message.split('. ')[0]}.\n\n${USAGE}` : message
}
