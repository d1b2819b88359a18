import { isStuck, type Facts } from './facts.ts'
import { only, type Entry } from './history.ts'

/** The figures in a scenario's line. */
export interface Numbers {
  faults: number
  tasks: number
  accepted: number
  lost: number
  duplicated: number
  stuck: number
  failedGood: number
  /** Runs affected by a fault: if there are none, the faults fell between the jobs. */
  met: number
  /** Runs beyond the first of a task. */
  reruns: number
  /** From a worker's death to the next run of its jobs. */
  recoveryMs: number[]
  /** Events that the fence rejected. */
  refused: number
  seconds: number
}

export function numbersOf({ entries, uploads, accepted, byId, byKey, documents }: Facts): Numbers {
  const runs = only(entries, 'run').map(({ args }) => args.taskId)
  const ids = accepted.flatMap((upload) => [...upload.ids])
  return {
    faults: only(entries, 'fault').length,
    tasks: uploads.length,
    accepted: accepted.length,
    lost: ids.filter((id) => !byId.has(id)).length,
    duplicated: uploads.filter(({ key, ids: answered }) => Math.max(answered.size, byKey.get(key)?.length ?? 0) > 1)
      .length,
    stuck: documents.filter(isStuck).length,
    failedGood: accepted.filter(
      (upload) => upload.good && [...upload.ids].some((id) => byId.get(id)?.status === 'failed'),
    ).length,
    met: runsMet(entries).size,
    reruns: runs.length - new Set(runs).size,
    recoveryMs: recoveries(entries).toSorted((a, b) => a - b),
    refused: only(entries, 'refused').length,
    seconds: Math.round(((entries.at(-1)?.t ?? 0) - (entries[0]?.t ?? 0)) / 1000),
  }
}

/**
 * Runs during which a fault was active: any fault, or one in their worker if the fault names a
 * process.
 */
export function runsMet(entries: readonly Entry[]): Set<string> {
  const inHand = new Map<string, Set<string>>()
  const met = new Set<string>()
  for (const entry of entries) {
    if (entry.op === 'run' || entry.op === 'run-end') {
      const run = `${entry.args.taskId} ${entry.args.attempt}`
      const hands = inHand.get(entry.process) ?? new Set()
      inHand.set(entry.process, hands)
      if (entry.op === 'run') hands.add(run)
      else hands.delete(run)
    }
    if (entry.op === 'fault') for (const run of runsHitBy(entry.args.target, inHand)) met.add(run)
    if (entry.op === 'exit') {
      if (entry.args.how !== 'code 0') for (const run of inHand.get(entry.process) ?? []) met.add(run)
      inHand.delete(entry.process)
    }
  }
  return met
}

function runsHitBy(target: string, inHand: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const hit = /^(api|worker)-\d+$/.test(target) ? [inHand.get(target) ?? new Set<string>()] : [...inHand.values()]
  return hit.flatMap((runs) => [...runs])
}

/**
 * For each task that a worker was running when it was killed: how long until it ran again. If a run
 * in between was killed before it could be observed, the starting point is unknown.
 */
export function recoveries(entries: readonly Entry[]): number[] {
  const inHand = new Map<string, Map<string, number>>()
  const waiting = new Map<string, { since: number; attempt: number }>()
  const found: number[] = []
  for (const entry of entries) {
    const hands = inHand.get(entry.process) ?? new Map<string, number>()
    inHand.set(entry.process, hands)
    if (entry.op === 'run') {
      const { taskId, attempt } = entry.args
      const lost = waiting.get(taskId)
      if (lost?.attempt === attempt - 1) found.push(entry.t - lost.since)
      waiting.delete(taskId)
      hands.set(taskId, attempt)
    }
    if (entry.op === 'run-end') hands.delete(entry.args.taskId)
    if (entry.op === 'exit') {
      for (const [taskId, attempt] of hands) waiting.set(taskId, { since: entry.t, attempt })
      hands.clear()
    }
  }
  return found
}

/** The value below which this share of the sorted values lies; undefined if there are none. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]
}
