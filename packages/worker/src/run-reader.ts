import type { KindContract } from '@darkroom/contracts'
import { jobRunOf, type JobRun, type QueuedJob } from '@darkroom/messaging'

/** The run that a queued job stands for; undefined when its data is none of its kind's. */
export type RunReader = (queued: QueuedJob) => JobRun | undefined

export function createRunReader({ input }: KindContract, workerId: string): RunReader {
  return (queued) => {
    const job = input.safeParse(queued.data).data
    return job && { ...jobRunOf(queued, { workerId, startedAt: Date.now() }), job }
  }
}
