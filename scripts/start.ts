// `npm start`, `npm run server`, `npm run worker`: runs the service, or a part of it, on this
// machine until Ctrl-C.
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DEFAULT_KIND, KINDS, type TaskKind } from '@darkroom/contracts'
import { FolderTakenError, startLocalServices, type LocalServices } from '@darkroom/local-services'
import pc from 'picocolors'
import { adoptSecretFiles, inOwnUnit, nearMisses } from '../packages/runtime/src/index.ts'
import { banner } from './banner.ts'
import { buildPage } from './build-page.ts'
import { checkEnvironment, SETTING_NAMES } from './check-environment.ts'
import { choosePort } from './choose-port.ts'
import { keepStoresRunning } from './keep-stores-running.ts'
import { onStopSignal } from './on-stop-signal.ts'
import { ffmpegSettings } from './own-ffmpeg.ts'
import { needsOwnS3, placeOfFiles, S3_TO_COME, s3Settings } from './own-s3.ts'
import { linePrinter } from './print-lines.ts'
import { startApi, startWorker, type AppOptions } from './processes.ts'
import { tellWhatRuns } from './running-start.ts'
import { signInLink } from './sign-in-link.ts'
import { readStartOptions, StartUsage, type StartOptions } from './start-options.ts'
import { supervise, type Supervised } from './supervise.ts'
import { workerAppsOf } from './worker-apps.ts'
import { watchSources } from './watch-sources.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = join(ROOT, '.darkroom', 'start')
const USAGE_CODE = 2
/**
 * An orderly shutdown takes at most ten seconds: processes have 7 seconds to end, and are killed
 * after 8.
 */
const LOCAL_SHUTDOWN_MS = 7000
/** The default of the processes themselves, since the load may come through a load balancer. */
const SERVER_SHUTDOWN_MS = 25_000
const KILL_AFTER_MS = 1000

if (existsSync(join(ROOT, '.env'))) process.loadEnvFile(join(ROOT, '.env'))
try {
  process.exitCode = await main(readStartOptions(process.argv.slice(2)))
} catch (error) {
  const isUsage = error instanceof StartUsage
  if (isUsage && error.asked) console.log(error.message)
  else if (error instanceof FolderTakenError)
    console.error(pc.red(`npm start is already running here (process ${error.pid}): stop it with Ctrl-C.`))
  else console.error(pc.red(error instanceof Error ? error.message : String(error)))
  process.exitCode = isUsage ? (error.asked ? 0 : USAGE_CODE) : 1
}
process.exit()

async function main(options: StartOptions): Promise<number> {
  const stopping = Promise.withResolvers<number>()
  let started = false
  onStopSignal(() => {
    console.log('\nStopping …')
    // Everything started so far ends with this process.
    if (!started) process.exit(0)
    stopping.resolve(0)
  })
  for (const warning of nearMisses(SETTING_NAMES, process.env)) console.error(pc.yellow(warning))
  const s3 = options.services && needsOwnS3(process.env)
  checkEnvironment({ ...process.env, ...(s3 && S3_TO_COME) }, options)
  adoptSecretFiles()
  const host = process.env['HOST'] || '127.0.0.1'
  // A proxy expects the server on the configured port, so without our own services another free
  // port would not help.
  const wantedPort = options.port ?? (process.env['PORT'] || (options.services ? undefined : '3000'))
  const port = options.api ? await choosePort(wantedPort, host) : 0
  const pageBuilt = options.api ? buildPage(console.log) : undefined
  const services = options.services ? await startLocalServices({ folder: FOLDER, s3, log: console.log }) : undefined
  const dataDir = resolve(ROOT, process.env['DATA_DIR'] || (services ? join(FOLDER, 'data') : 'data'))
  // If the folder is configured, the API decides whether it is valid; if it is ours, the worker
  // need not wait until the API has created it.
  if (services && !process.env['DATA_DIR']) mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const given = inOwnUnit('SHUTDOWN_TIMEOUT_MS', process.env['SHUTDOWN_TIMEOUT_MS'] ?? '')
  const shutdownMs = Number(given || (services ? LOCAL_SHUTDOWN_MS : SERVER_SHUTDOWN_MS))
  const env = {
    ...urlsOf(services),
    ...(services &&
      options.kinds.includes('video.render') &&
      (await ffmpegSettings(process.env, { folder: FOLDER, log: console.log }))),
    DATA_DIR: dataDir,
    HOST: host,
    PORT: String(port),
    SHUTDOWN_TIMEOUT_MS: String(shutdownMs),
    // Undefined means the API's default: a load balancer only knows a server without our services.
    SHUTDOWN_DELAY_MS: process.env['SHUTDOWN_DELAY_MS'] || (services ? '0' : undefined),
  }
  const releaseStores = services && keepStoresRunning(services, (line) => console.log(pc.yellow(line)))
  const forget = services && tellWhatRuns(env)
  await pageBuilt
  const apps = startApps(options, env, () => stopping.resolve(1))
  started = true
  const unwatch = options.watch ? watchSources(ROOT, (changed) => void restartUsers(apps, changed)) : undefined
  const files = placeOfFiles({ ...process.env, ...env }, dataDir)
  const allReady = Promise.all(apps.map(({ app }) => app.ready))
  void allReady.then(async () => {
    const signIn = options.api ? await signInLink(urlOfMongo(env)) : undefined
    console.log(banner({ ...options, host, port, keysOn: process.env['AUTH'] === 'keys', files, signIn }))
  })

  const code = await stopping.promise
  unwatch?.()
  await Promise.all(apps.map(({ app }) => app.stop(shutdownMs + KILL_AFTER_MS)))
  releaseStores?.()
  forget?.()
  await services?.stop()
  return code
}

function urlOfMongo(env: NodeJS.ProcessEnv): string {
  return env['MONGODB_URL'] || process.env['MONGODB_URL'] || 'mongodb://localhost:27017/darkroom'
}

function urlsOf(services: LocalServices | undefined): NodeJS.ProcessEnv {
  if (services === undefined) return {}
  const { redis, mongo, s3 } = services
  return { REDIS_URL: redis.url, MONGODB_URL: mongo.url, ...s3Settings(s3, process.env) }
}

interface Running {
  /** Its folder. */
  home: string
  app: Supervised
}

/** The API and the workers, each supervised. */
function startApps({ api, workers, kinds, demo }: StartOptions, env: NodeJS.ProcessEnv, giveUp: () => void): Running[] {
  const killable: AppOptions = {
    args: ['--demo'],
    onMessage: (message) => running.find(({ app }) => isToDie(message, app.pid()))?.app.kill(),
  }
  const begun = [
    ...(api
      ? [
          {
            name: 'api',
            app: 'api',
            startOne: (options: AppOptions) => startApi({ ...options, ...(demo && killable) }),
            ownEnv: {},
          },
        ]
      : []),
    ...workersOf(workers, kinds).map(({ name, app }, index) => ({
      name,
      app,
      startOne: (options: AppOptions) => startWorker({ ...options, app }),
      ownEnv: workerEnv(index),
    })),
  ]
  const running = begun.map(({ name, app, startOne, ownEnv }, order) => {
    const onLine = linePrinter(name, order)
    const onConfigError = (): void => {
      console.error(pc.red(`\n${name} cannot run with this environment; see the errors above.`))
      giveUp()
    }
    const say = (line: string): void => console.log(pc.yellow(line))
    const start = (options: AppOptions) => startOne({ ...options, env: { ...env, ...ownEnv }, onLine })
    return { home: `apps/${app}`, app: supervise({ name, say, onConfigError, start }) }
  })
  return running
}

/**
 * Whether the API of a demo asks to kill this process: the id of a worker ends with that of its
 * process.
 */
function isToDie(message: unknown, pid: number | undefined): boolean {
  const { killWorker } = message as { killWorker?: unknown }
  return pid !== undefined && String(killWorker).endsWith(`-${pid}`)
}

/** `count` workers of each kind. Those for images are called `worker`, others like their app. */
function workersOf(count: number, kinds: readonly TaskKind[]): { name: string; app: string }[] {
  return workerAppsOf(kinds).flatMap(({ app }) => {
    const name = app === KINDS[DEFAULT_KIND].worker ? 'worker' : app
    return Array.from({ length: count }, (_, index) => ({ name: count === 1 ? name : `${name} ${index + 1}`, app }))
  })
}

/**
 * Settings that workers on one machine cannot share count up from the value for the first worker.
 */
function workerEnv(index: number): NodeJS.ProcessEnv {
  const { METRICS_PORT, WORKER_ID } = process.env
  if (index === 0) return {}
  return {
    ...(Number(METRICS_PORT) > 0 && { METRICS_PORT: String(Number(METRICS_PORT) + index) }),
    ...(WORKER_ID && { WORKER_ID: `${WORKER_ID}-${index + 1}` }),
  }
}

/**
 * A change in an app restarts that app; a change in a package restarts everything. The API serves
 * the web page.
 */
async function restartUsers(apps: readonly Running[], changed: string): Promise<void> {
  console.log(pc.dim(`${changed} changed`))
  const isPage = changed === 'apps/web'
  if (isPage) await buildPage(console.log)
  for (const { home, app } of apps) {
    if (home === (isPage ? 'apps/api' : changed) || changed.startsWith('packages/')) app.restart()
  }
}
