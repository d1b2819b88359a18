import type { BatchFilter } from '@darkroom/client'
import { Command as Program, InvalidArgumentError, Option } from 'commander'
import { listBatches, sendBatch, watchBatch } from './commands/batch.ts'
import { listDead, replayDead, type ReplayOptions } from './commands/dead.ts'
import { doctor } from './commands/doctor.ts'
import { get, type GetOptions } from './commands/get.ts'
import { listen, type ListenOptions } from './commands/listen.ts'
import { queue } from './commands/queue.ts'
import { send, type SendOptions, type TaskFields } from './commands/send.ts'
import { change, list, show, watch } from './commands/tasks.ts'
import type { ExitCode } from './kit/exit-codes.ts'
import type { Command, Shell } from './kit/shell.ts'

const PRIORITIES = ['premium', 'interactive', 'normal', 'batch']
const STATUSES = ['pending', 'processing', 'completed', 'failed', 'cancelled', 'expired']

/** All commands with their arguments. `setCode` gets the exit code of the one that ran. */
export function createProgram(shell: Shell, setCode: (code: ExitCode) => void): Program {
  const program = new Program('darkroom')
    .description('Send photos to Darkroom, follow their tasks, download the results.')
    .option('--json', 'print JSON, one object a line')
    .addHelpText('after', HELP)
    .exitOverride()
  const done = async (command: Command): Promise<void> => setCode((await command) ?? 0)

  withFields(program.command('send'))
    .description('send files, each as a task; of a folder all photos in it and below')
    .argument('<files...>', 'files and folders')
    .option('--at-once <count>', 'uploads at the same time', wholeNumber, 4)
    .option('--afresh', 'send everything, also what an interrupted run has sent', false)
    .action((paths: string[], given: SendOptions & TaskFields & { ttl?: number }) => {
      const { wait, atOnce, afresh, ...fields } = given
      return done(send(shell, paths, { wait, atOnce, afresh, fields: fieldsOf(fields) }))
    })
  const batch = program.command('batch').description('many files in one request')
  withFields(batch.command('send'))
    .description('send files as batches of up to 100')
    .argument('<files...>', 'files and folders')
    .action((paths: string[], { wait, ...fields }: SendOptions & TaskFields) =>
      done(sendBatch(shell, paths, fieldsOf(fields), wait)),
    )
  batch
    .command('list')
    .description('list batches, newest first')
    .addOption(new Option('--status <status>').choices(['processing', 'completed']))
    .option('--limit <count>', 'at most this many', wholeNumber, 20)
    .action(({ limit, ...filter }: BatchFilter & { limit: number }) => done(listBatches(shell, filter, limit)))
  batch
    .command('watch')
    .description('follow a batch until all of its tasks have ended')
    .argument('<id>', 'the id of the batch')
    .action((id: string) => done(watchBatch(shell, id)))
  program
    .command('list')
    .description('list tasks, newest first')
    .addOption(new Option('--status <status>').choices(STATUSES))
    .addOption(new Option('--priority <priority>').choices(PRIORITIES))
    .option('--kind <kind>', 'such as image.optimize')
    .option('--code <code>', 'tasks with this error, such as IMAGE_CORRUPT')
    .option('--worker <id>', 'tasks whose last run was on this worker')
    .option('--search <text>', 'in names, metadata, ids and errors')
    .option('--batch-id <id>', 'tasks of this batch')
    .option('--limit <count>', 'at most this many', wholeNumber, 20)
    .action(({ limit, search: q, worker: workerId, ...filter }: { limit: number; search?: string; worker?: string }) =>
      done(
        list(shell, { ...filter, ...(q !== undefined && { q }), ...(workerId !== undefined && { workerId }) }, limit),
      ),
    )
  for (const [name, description, act] of [
    ['show', 'show a task', ([id = '']: string[]) => show(shell, id)],
    ['watch', 'follow tasks until they have ended', (ids: string[]) => watch(shell, ids)],
    ['retry', 'restart finished tasks', (ids: string[]) => change(shell, ids, 'retry')],
    ['cancel', 'cancel pending or running tasks', (ids: string[]) => change(shell, ids, 'cancel')],
    ['rm', 'delete tasks with their files', (ids: string[]) => change(shell, ids, 'remove')],
  ] as const)
    program
      .command(name)
      .description(description)
      .argument(name === 'show' ? '<id>' : '<ids...>', 'ids of tasks')
      .action((ids: string | string[]) => done(act([ids].flat())))
  program
    .command('get')
    .description('download the files of tasks')
    .argument('<ids...>', 'ids of tasks')
    .option('--file <name>', 'only this file, such as 800')
    .option('--to <folder>', 'where to store them; - is standard output', '.')
    .option('--force', 'replace existing files', false)
    .action((ids: string[], { file, to, force }: GetOptions) => done(get(shell, ids, { file, to, force })))
  program
    .command('queue')
    .description('show the queues, live in a terminal')
    .action(() => done(queue(shell)))
  const dead = program.command('dead').description('tasks that have failed for good')
  dead
    .command('list')
    .description('count them by their error')
    .action(() => done(listDead(shell)))
  dead
    .command('replay')
    .description('restart some of them')
    .argument('[ids...]', 'ids of tasks')
    .option('--code <code>', 'those that failed with this code')
    .option('--all', 'whatever their error is, up to --limit', false)
    .option('--limit <count>', 'at most this many', wholeNumber, 100)
    .option('--dry-run', 'only count them', false)
    .action((ids: string[], { code, all, limit, dryRun }: ReplayOptions) =>
      done(replayDead(shell, ids, { code, all, limit, dryRun })),
    )
  program
    .command('listen')
    .description('forward the events of all tasks to a server of yours, signed like webhooks')
    .requiredOption('--forward <url>', 'where to, such as http://localhost:4000/webhooks')
    .option('--events <types>', 'only these, such as task.completed,task.failed', (types) => types.split(','))
    .action((options: ListenOptions) => done(listen(shell, options)))
  program
    .command('doctor')
    .description('check the service and the way to it')
    .action(() => done(doctor(shell)))
  return program
}

const HELP = `
Settings: DARKROOM_URL (http://localhost:3000) and DARKROOM_KEY, both from the environment.
Exit codes: 1 refused or failed, 2 wrong use, 3 not reachable, 130 interrupted.`

const withFields = (command: Program): Program =>
  command
    .option('--wait', 'wait until the tasks have ended', false)
    .option('--kind <kind>', 'what to do with the files, such as photo.bibs')
    .addOption(new Option('--priority <priority>').choices(PRIORITIES))
    .option('--album <name>', 'the album of race photos')
    .option('--ttl-seconds <seconds>', 'how long the results are kept', wholeNumber)
    .option('--metadata <json>', 'a JSON object that is stored with each task', jsonObject)

/** Without the options that were not given. */
const fieldsOf = (given: object): TaskFields =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as TaskFields

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 on.')
  return Number(text)
}

function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // As below.
  }
  throw new InvalidArgumentError('It must be a JSON object, such as {"album":7}.')
}
