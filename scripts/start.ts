// `npm start [-- --workers N --port N --watch --no-services]`: the whole product on this machine, until Ctrl-C.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startLocalServices } from '@darkroom/local-services'
import pc from 'picocolors'
import { choosePort } from './choose-port.ts'
import { onStopSignal } from './on-stop-signal.ts'
import { linePrinter } from './print-lines.ts'
import { startApi, startWorker } from './processes.ts'
import { supervise, type Supervised } from './supervise.ts'
import { watchSources } from './watch-sources.ts'

const USAGE = `npm start -- [options]
  --workers N      worker processes (1)
  --port N         where the API listens (PORT, else the first free port from 3000 on)
  --watch          start processes again when their sources change
  --no-services    start no Redis and no MongoDB: the environment or .env says where they are`

const root = join(import.meta.dirname, '..')
const folder = join(root, '.darkroom', 'start')
/** All of an orderly end happens within ten seconds: the processes end by themselves in 7, are killed after 8. */
const CHILD_SHUTDOWN_MS = 7000
const GRACE_MS = 8000

interface Wishes {
  workers: number
  port: string | undefined
  watch: boolean
  services: boolean
}

if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'))
try {
  process.exitCode = await main(readWishes())
} catch (error) {
  console.error(pc.red(error instanceof Error ? error.message : String(error)))
  process.exitCode = 1
}
process.exit()

async function main(wishes: Wishes): Promise<number> {
  const stopping = Promise.withResolvers<number>()
  onStopSignal(() => {
    console.log('\nStopping …')
    stopping.resolve(0)
  })
  const host = process.env['HOST'] || '0.0.0.0'
  const port = await choosePort(wishes.port ?? process.env['PORT'], host)
  const services = wishes.services ? await startLocalServices({ folder, log: console.log }) : undefined
  const dataDir = resolve(root, process.env['DATA_DIR'] || join(folder, 'data'))
  const env = {
    ...(services ? { REDIS_URL: services.redis.url, MONGODB_URL: services.mongo.url } : {}),
    ...{ DATA_DIR: dataDir, HOST: host, PORT: String(port), SHUTDOWN_TIMEOUT_MS: String(CHILD_SHUTDOWN_MS) },
  }
  const apps = startApps(wishes.workers, env, () => stopping.resolve(1))
  const unwatch = wishes.watch ? watchSources(root, (changed) => restartUsers(apps, changed)) : undefined
  const allReady = Promise.all([...apps.values()].map((app) => app.ready))
  void allReady.then(() => printWelcome(`http://localhost:${port}`, dataDir, wishes.workers))

  const code = await stopping.promise
  unwatch?.()
  await Promise.all([...apps.values()].map((app) => app.stop(GRACE_MS)))
  await services?.stop()
  return code
}

function readWishes(): Wishes {
  const { values } = parseArgs({
    options: {
      workers: { type: 'string', default: '1' },
      port: { type: 'string' },
      watch: { type: 'boolean', default: false },
      services: { type: 'boolean', default: true },
      help: { type: 'boolean' },
    },
    allowNegative: true,
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const workers = Number(values.workers)
  if (!Number.isInteger(workers) || workers < 0 || workers > 64) throw new Error('--workers takes a number from 0 to 64.')
  return { workers, port: values.port, watch: values.watch, services: values.services }
}

/** The API and the workers by name, each kept running. */
function startApps(workers: number, env: NodeJS.ProcessEnv, giveUp: () => void): Map<string, Supervised> {
  const names = ['api', ...Array.from({ length: workers }, (_, index) => (workers === 1 ? 'worker' : `worker ${index + 1}`))]
  return new Map(
    names.map((name, order) => {
      const onLine = linePrinter(name, order)
      const startOne = name === 'api' ? startApi : startWorker
      const onConfigError = (): void => {
        console.error(pc.red(`\n${name} cannot run with this environment; what is wrong with it is listed above.`))
        giveUp()
      }
      const say = (line: string): void => console.log(pc.yellow(line))
      return [name, supervise({ name, say, onConfigError, start: (options) => startOne({ ...options, env, onLine }) })]
    }),
  )
}

/** What changed in an app concerns that app; what changed in a package may concern everybody. */
function restartUsers(apps: Map<string, Supervised>, changed: string): void {
  console.log(pc.dim(`${changed} changed`))
  for (const [name, app] of apps) {
    const home = name === 'api' ? 'apps/api' : 'apps/image-worker'
    if (changed === home || changed.startsWith('packages/')) app.restart()
  }
}

function printWelcome(url: string, dataDir: string, workers: number): void {
  const line = (what: string, value: string): string => `  ${what.padEnd(8)} ${value}`
  console.log(
    [
      '',
      pc.bold(`Darkroom runs with ${workers} worker${workers === 1 ? '' : 's'}.`),
      line('API', pc.cyan(`${url}/api/v1/tasks`)),
      line('health', pc.cyan(`${url}/health`)),
      line('files', dataDir),
      line('try', `curl -F file=@photo.jpg ${url}/api/v1/tasks`),
      line('stop', 'Ctrl-C'),
      '',
    ].join('\n'),
  )
}
