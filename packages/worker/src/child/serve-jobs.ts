import { writeFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import type { JobEnvelope } from '@darkroom/contracts'
import type { Progress } from '@darkroom/messaging'
import { createDiskStorage, type DiskStorage } from '@darkroom/storage'
import type { ChildMessage, ChildRequest, Processed } from './child-protocol.ts'
import { reasonOf } from './job-failure.ts'

interface RunContext {
  /** The files that the job reads are here, and those that it makes are stored here. */
  storage: DiskStorage
  onProgress: (progress: Progress) => void
}

export type JobHandler<Job extends JobEnvelope> = (job: Job, context: RunContext) => Promise<Processed>

/**
 * Turns this process into a child of the pool: it runs the jobs that its parent sends, one after
 * another. The parent has validated each against the contract of its kind. A handler that fails for
 * a known reason throws a `JobFailure`.
 * @param prepared what jobs have to wait for. If it fails, no job can run on this machine, and the
 *   error says what its operator can do.
 */
export function serveJobs<Job extends JobEnvelope>(
  handle: JobHandler<Job>,
  prepared: Promise<unknown> = Promise.resolve(),
): void {
  endWithParent()
  ignoreGroupSignals()
  const giveUp = (error: unknown): void =>
    tell({ type: 'unfit', reason: error instanceof Error ? error.message : String(error) }, () => process.exit(1))
  // Only `ready` once the score is written: no job must start before that.
  const ready = Promise.all([offerToOomKiller(), prepared])
  ready.then(() => tell({ type: 'ready' }), giveUp)
  process.on('message', (request: ChildRequest) => {
    ready.then(
      () => void answer(request, handle),
      () => {},
    )
  })
}

async function answer<Job extends JobEnvelope>({ job, folder }: ChildRequest, handle: JobHandler<Job>): Promise<void> {
  try {
    const processed = await handle(job as Job, {
      storage: storageIn(folder),
      onProgress: (progress) => tell({ type: 'progress', ...progress }),
    })
    tell({ type: 'done', processed })
  } catch (error) {
    tell({ type: 'failed', reason: reasonOf(error), detail: inspect(error) })
  }
}

let last: { folder: string; storage: DiskStorage } | undefined

/** The same for all jobs in a folder, since a storage knows which of its names are durable. */
function storageIn(folder: string): DiskStorage {
  // This process does one thing at a time, so blocking calls delay nothing else.
  if (last?.folder !== folder) last = { folder, storage: createDiskStorage(folder, { blocking: true }) }
  return last.storage
}

function tell(message: ChildMessage, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent)
}

/**
 * A killed parent cannot end its children. exit() would wait for a libvips thread that may never
 * end.
 */
function endWithParent(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
}

/**
 * Ctrl-C and service managers signal the whole process group, but the parent decides when a running
 * job is aborted.
 */
function ignoreGroupSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
}

/**
 * When memory runs out, Linux should kill the child, not the worker. Other systems do not have this
 * file.
 */
async function offerToOomKiller(): Promise<void> {
  await writeFile('/proc/self/oom_score_adj', '800').catch(() => {})
}
