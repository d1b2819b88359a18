import type { KindContract } from '@darkroom/contracts'
import type { Tracing } from '@darkroom/runtime/tracing'
import { jobRunOf, type JobRun, type QueuedJob } from '@darkroom/messaging'

/** The current run of a queued job; undefined if its data is not valid for its kind. */
export type RunReader = (queued: QueuedJob) => JobRun | undefined

export function createRunReader({ input }: KindContract, workerId: string, tracing: Tracing): RunReader {
  return (queued) => {
    const job = input.safeParse(queued.data).data
    return job && { ...jobRunOf(queued, { workerId, startedAt: Date.now() }), job, trace: tracing.current() }
  }
}
