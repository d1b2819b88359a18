import type { JobEnvelope } from '@darkroom/contracts'
import type { FailureReason } from '@darkroom/messaging'

/**
 * Crashes of its child that a task survives in an epoch; one more fails it. Kills of whole workers
 * are counted by the queue.
 */
export const MAX_CRASHES = 3

/**
 * Looks that must agree before an original counts as missing. It was on the disk before its task
 * was accepted, so it is either lost or not to be seen from here yet: NFS may remember for a minute
 * that there was no such file. With the default backoff the looks are spread over 62 s, and they
 * are made by whichever workers are free.
 */
export const MISSING_LOOKS = 6

const MAX_DELAY_MS = 60_000

type Setbacks = NonNullable<JobEnvelope['setbacks']>

/** What becomes of a job whose run has failed on a machine that can do the work. */
export type Ruling =
  /** The run used up an attempt. */
  | { ruling: 'attempt used' }
  | { ruling: 'failed for good' }
  /** No attempt is used up; the job waits for a while. */
  | { ruling: 'again'; delayMs: number; setbacks: Setbacks }

/**
 * Attempts are used up by verdicts on the input: the deadline and the memory limit, which are about
 * what it takes to process it. A crash may have been the input's fault, so these are counted apart.
 * Trouble with a file is never its fault, however often it is met.
 */
export function ruleOnFailure({ code, retryable }: FailureReason, setbacks: Setbacks, backoffMs: number): Ruling {
  if (!retryable) return { ruling: 'attempt used' }
  const cause = causeOf(code)
  if (cause === undefined) return { ruling: 'attempt used' }
  const count = (setbacks[cause] ?? 0) + 1
  if (count >= LIMITS[cause]) return { ruling: 'failed for good' }
  return {
    ruling: 'again',
    delayMs: Math.min(backoffMs * 2 ** (count - 1), MAX_DELAY_MS),
    setbacks: { ...setbacks, [cause]: count },
  }
}

const LIMITS: Record<keyof Setbacks, number> = { crashed: MAX_CRASHES + 1, missing: MISSING_LOOKS, machine: Infinity }

function causeOf(code: string): keyof Setbacks | undefined {
  switch (code) {
    case 'WORKER_CRASHED':
      return 'crashed'
    case 'SOURCE_MISSING':
      return 'missing'
    case 'CHILD_NOT_STARTED':
    case 'STORAGE_FAILED':
    case 'STORAGE_FULL':
    case 'UNSAFE_PATH':
      return 'machine'
    default:
      return undefined
  }
}
