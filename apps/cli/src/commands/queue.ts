import type { components } from '@darkroom/client'
import { createLogUpdate } from 'log-update'
import pc from 'picocolors'
import { setTimeout as pause } from 'node:timers/promises'
import { formatMs, table } from '../kit/format.ts'
import type { Command, Shell } from '../kit/shell.ts'

type QueueStats = components['schemas']['QueueStats']
type Stats = components['schemas']['Stats']

const REFRESH_MS = 1000
const HEAD = ['QUEUE', 'WAITING', 'ACTIVE', 'DELAYED', 'WORKERS', 'OLDEST', 'STATE']

/** The queues: once, or every second in a terminal until Ctrl-C. */
export async function queue(shell: Shell): Command {
  const { out, signal } = shell
  if (!out.isLive) {
    const [queues, stats] = await read(shell)
    out.json({ queues, stats })
    for (const line of linesOf(queues, stats)) out.line(line)
    return
  }
  const screen = createLogUpdate(process.stdout)
  try {
    while (!signal.aborted) {
      const lines = linesOf(...(await read(shell)))
      screen([...lines, '', pc.dim(`${new Date().toLocaleTimeString()}, until Ctrl-C`)].join('\n'))
      await pause(REFRESH_MS, undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    screen.done()
  }
}

async function read({ darkroom, signal }: Shell): Promise<[QueueStats[], Stats | undefined]> {
  const [queues, stats] = await Promise.all([
    darkroom.api.GET('/api/v1/queues', { signal }),
    darkroom.api.GET('/api/v1/stats', { signal }),
  ])
  return [queues.data?.items ?? [], stats.data]
}

function linesOf(queues: QueueStats[], stats: Stats | undefined): string[] {
  const rows = queues.map(({ name, waiting, active, delayed, workers, oldestWaitingMs, isPaused }) => [
    name,
    ...[waiting, active, delayed, workers].map(String),
    oldestWaitingMs === null ? '-' : formatMs(oldestWaitingMs),
    isPaused ? 'paused' : workers === 0 ? 'no worker' : 'running',
  ])
  const paint = (cell: string): string => {
    if (HEAD.includes(cell)) return pc.dim(cell)
    return cell === 'paused' || cell === 'no worker' ? pc.yellow(cell) : cell
  }
  const lines = table([HEAD, ...rows], paint)
  if (!stats) return lines
  const { tasks, durations } = stats
  const p95 = ({ p95: ms }: { p95: number | null }): string => (ms === null ? '-' : formatMs(ms))
  const { pending, processing, completed, failed } = tasks.byStatus
  return [
    ...lines,
    '',
    `tasks  ${pending} pending, ${processing} processing, ${completed} completed, ${failed} failed`,
    `p95    waited ${p95(durations.waitMs)}, ran ${p95(durations.runMs)}`,
  ]
}
