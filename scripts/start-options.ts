import { parseArgs } from 'node:util'
import { TASK_KINDS, type TaskKind } from '@darkroom/contracts'

const USAGE = `npm start -- [options]
  --workers N      number of worker processes for each kind of task (default: 1)
  --kinds KINDS    kinds of task that they do, separated by commas (default: ${TASK_KINDS.join(',')})
  --port N         port of the API (default: PORT, otherwise the first free port from 3000 on)
  --demo           show a button on the page of the queues that kills a worker
  --watch          restart processes when their sources change
  --no-services    do not start Redis, MongoDB and S3; use those in the environment or .env
  --no-api         do not start the API
npm run server is npm start -- --no-services --workers 0; npm run worker is npm start -- --no-services --no-api.`

export interface StartOptions {
  api: boolean
  workers: number
  kinds: readonly TaskKind[]
  port: string | undefined
  demo: boolean
  watch: boolean
  services: boolean
}

/** Thrown if there is nothing to start: help was requested, or the options are invalid. */
export class StartUsage extends Error {
  readonly asked: boolean

  constructor(fault?: string) {
    super(fault === undefined ? USAGE : `${fault}\n\n${USAGE}`)
    this.name = 'StartUsage'
    this.asked = fault === undefined
  }
}

export function readStartOptions(args: string[]): StartOptions {
  const { help, workers: wanted, kinds, port, ...rest } = parsed(args)
  if (help) throw new StartUsage()
  const workers = Number(wanted)
  if (!Number.isInteger(workers) || workers < 0 || workers > 64)
    throw new StartUsage('--workers must be a number from 0 to 64.')
  if (!rest.api && workers === 0) throw new StartUsage('--no-api and --workers 0 together leave nothing to start.')
  return { workers, kinds: kinds === undefined ? TASK_KINDS : kindsOf(kinds), port, ...rest }
}

function kindsOf(text: string): TaskKind[] {
  return text.split(',').map((wanted) => {
    const kind = TASK_KINDS.find((one) => one === wanted)
    if (kind !== undefined) return kind
    throw new StartUsage(`--kinds: there is no kind "${wanted}". The kinds are ${TASK_KINDS.join(', ')}.`)
  })
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        api: { type: 'boolean', default: true },
        workers: { type: 'string', default: '1' },
        kinds: { type: 'string' },
        port: { type: 'string' },
        demo: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        services: { type: 'boolean', default: true },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowNegative: true,
    }).values
  } catch (error) {
    throw new StartUsage(error instanceof Error ? error.message : String(error))
  }
}
