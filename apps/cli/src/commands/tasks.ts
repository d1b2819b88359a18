import { DarkroomError, type ListFilter, type ListedTask, type Task } from '@darkroom/client'
import pc from 'picocolors'
import { EXIT, type ExitCode } from '../kit/exit-codes.ts'
import { follow } from '../kit/follow.ts'
import { colourOf, formatBytes, formatMs, outcomeOf, table } from '../kit/format.ts'
import { patient } from '../kit/patient.ts'
import { createRows } from '../kit/rows.ts'
import type { Command, Shell } from '../kit/shell.ts'

const STATUS_COLUMN = 1
const SHOWN_AT_ONCE = 100

const since = (time: string): string => formatMs(Math.max(0, Date.now() - Date.parse(time)))

/** Lists tasks, newest first. */
export async function list({ darkroom, out, signal }: Shell, filter: ListFilter, limit: number): Command {
  const tasks: ListedTask[] = []
  const print = (): void => {
    const rows = tasks
      .splice(0)
      .map((task) => [task.id, task.status, `${since(task.createdAt)} ago`, task.name, outcomeOf(task)])
    const paint = (cell: string, at: number): string => (at === STATUS_COLUMN ? colourOf(cell)(cell) : cell)
    for (const line of table(rows, paint)) out.line(line)
  }
  let count = 0
  for await (const task of darkroom.list({ ...filter, limit: Math.min(limit, SHOWN_AT_ONCE) }, { signal })) {
    out.json(task)
    tasks.push(task)
    if (tasks.length === SHOWN_AT_ONCE) print()
    if (++count === limit) break
  }
  print()
  if (count === 0) out.note('No task matches.')
}

/** Everything about a task, for people. */
export async function show({ darkroom, out, signal }: Shell, id: string): Command {
  const task = await darkroom.get(id, { signal })
  out.json(task)
  for (const line of table(linesOf(task), (cell, at) => (at === 0 ? pc.dim(cell) : cell))) out.line(line)
}

function linesOf(task: Task): string[][] {
  const { source, attempts, error, images, files = [] } = task
  const outputs =
    images.length > 0
      ? images.map(({ resolution, width, height, size }) => [resolution, `${width}x${height}, ${formatBytes(size)}`])
      : files.map(({ name, contentType, size }) => [name, `${contentType}, ${formatBytes(size)}`])
  return [
    ['id', task.id],
    ['name', task.name],
    ['kind', task.kind],
    ['status', task.status],
    ...(task.status === 'processing' ? [['progress', `${task.progress.stage} ${task.progress.percent} %`]] : []),
    ...('bytes' in source ? [['upload', formatBytes(source.bytes)]] : []),
    ...outputs.map(([name = '', text = '']) => [`file ${name}`, text]),
    ...(error ? [['error', `${error.code}: ${error.message}`]] : []),
    ['attempts', `${attempts.made} of ${attempts.max}`],
    ['created', task.createdAt],
    ...(task.waitMs === null ? [] : [['waited', formatMs(task.waitMs)]]),
    ...(task.processingTimeMs === null ? [] : [['took', formatMs(task.processingTimeMs)]]),
    ...(task.expiresAt === null ? [] : [['files until', task.expiresAt]]),
    ...(Object.keys(task.metadata).length === 0 ? [] : [['metadata', JSON.stringify(task.metadata)]]),
    ...(task.result === undefined ? [] : [['result', JSON.stringify(task.result)]]),
  ]
}

/** Follows tasks until they have ended. */
export async function watch(hasty: Shell, ids: string[]): Command {
  const shell = await patient(hasty)
  const { out, darkroom, signal } = shell
  if (out.isJson) return watchEvents(shell, ids)
  let ended = 0
  const rows = createRows(out, () => `${ended} of ${ids.length} ended`)
  try {
    const tasks = await Promise.all(
      ids.map(async (id) => {
        const { name } = await darkroom.get(id, { signal })
        const task = await follow(shell, id, { name, status: 'pending' }, rows)
        ended++
        return task
      }),
    )
    return tasks.every((task) => task?.status === 'completed') ? EXIT.done : EXIT.refused
  } finally {
    rows.close()
  }
}

/** For programs: every event of the tasks, with the id of its task. */
async function watchEvents({ darkroom, out, signal }: Shell, ids: string[]): Command {
  const last = await Promise.all(
    ids.map(async (taskId) => {
      let type = ''
      for await (const event of darkroom.events(taskId, { signal })) {
        out.json({ taskId, ...event })
        type = event.type
      }
      return type
    }),
  )
  return last.every((type) => type === 'task.completed') ? EXIT.done : EXIT.refused
}

/** Does the same to each of some tasks, and reports each, also those that refuse it. */
export async function change(shell: Shell, ids: string[], act: 'cancel' | 'retry' | 'remove'): Command {
  const { darkroom, out, signal } = shell
  let exit: ExitCode = EXIT.done
  for (const id of ids) {
    try {
      const task = await darkroom[act](id, { signal })
      out.json(task ?? { id, deleted: true })
      out.line(`${id}  ${task ? colourOf(task.status)(task.status) : 'deleted'}`)
    } catch (error) {
      if (!isAboutTask(error)) throw error
      const { code, message } = error
      out.json({ id, error: { code, message } })
      out.line(`${id}  ${colourOf('refused')('refused')}  ${code}: ${message}`)
      exit = EXIT.refused
    }
  }
  return exit
}

/** Whether other tasks may well be changed. */
const isAboutTask = (error: unknown): error is DarkroomError =>
  error instanceof DarkroomError && [400, 404, 409, 410, 412, 422].includes(error.status ?? 0)
