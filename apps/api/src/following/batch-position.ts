import { hash } from 'node:crypto'
import { formatLogPosition, isAfter, parseLogPosition, START_OF_LOG, type LogPosition } from './log-position.ts'

/** How much of the logs of a batch's tasks was received, by task. */
export type Reached = ReadonlyMap<string, LogPosition>

const POSITION = /^([0-9a-f]{8})-([0-9._x]*)$/
const RUN = /^(\d+\.\d+)(?:x(\d{1,4}))?$/

/**
 * A position in the events of a batch, for all of its tasks. Those next to each other, which are
 * mostly equally far, share a run: `5f0c9a1e-1.1998x57_1.1003_1.0x42`. It can be understood by every
 * process, and after a restart.
 */
export function formatBatchPosition(ids: readonly string[], reached: Reached): string {
  const runs: { at: string; count: number }[] = []
  for (const id of ids) {
    const at = formatLogPosition(reached.get(id) ?? START_OF_LOG)
    const last = runs.at(-1)
    if (last?.at === at) last.count++
    else runs.push({ at, count: 1 })
  }
  return `${fingerprintOf(ids)}-${runs.map(({ at, count }) => (count > 1 ? `${at}x${count}` : at)).join('_')}`
}

/**
 * The inverse of {@link formatBatchPosition}; the start of all logs for anything invalid, and after
 * tasks were added to the batch or deleted.
 */
export function parseBatchPosition(ids: readonly string[], text: string | undefined): Reached {
  const [, fingerprint, runs = ''] = POSITION.exec(text ?? '') ?? []
  if (fingerprint !== fingerprintOf(ids)) return new Map()
  const positions: LogPosition[] = []
  for (const run of runs.split('_')) {
    const [, at, count = '1'] = RUN.exec(run) ?? []
    const position = parseLogPosition(at)
    // A client may send any number.
    for (let left = Math.min(Number(count), ids.length - positions.length); left > 0; left--) positions.push(position)
  }
  const reached = ids.map((id, place) => [id, positions[place] ?? START_OF_LOG] as const)
  return new Map(reached.filter(([, at]) => isAfter(at, START_OF_LOG)))
}

const fingerprintOf = (ids: readonly string[]): string => hash('sha256', ids.join(), 'hex').slice(0, 8)
