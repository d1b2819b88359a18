import type { JobEnvelope } from '@darkroom/contracts'
import type { FailureReason } from '@darkroom/messaging'

/**
 * Crashes of its child that a task survives per epoch; one more fails it. Deaths of whole workers
 * are counted by the queue.
 */
export const MAX_CRASHES = 3

/**
 * Runs that must fail to find an original before it counts as missing. It was on disk before its
 * task was accepted, so it is either lost or not yet visible here: NFS may cache for a minute that
 * a file does not exist. With the default backoff these runs are spread over 62 s, on whichever
 * workers are free.
 */
export const MISSING_LOOKS = 6

/**
 * Downloads of an original that must fail before its server counts as unavailable: with the default
 * backoff they are spread over a minute.
 */
const DOWNLOADS = 6

const MAX_DELAY_MS = 60_000

type Setbacks = NonNullable<JobEnvelope['setbacks']>

/** What happens to a job whose run failed on a working machine. */
export type Ruling =
  /** The run used up an attempt. */
  | { ruling: 'attempt used' }
  | { ruling: 'failed for good' }
  /** No attempt is used up; the job waits for a while. */
  | { ruling: 'again'; delayMs: number; setbacks: Setbacks }

/**
 * Attempts are used up by verdicts on the input, such as the deadline and the memory limit, which
 * depend on how hard it is to process. A crash may have been caused by the input, so crashes are
 * counted separately. Storage problems and a machine short of memory or threads are never caused by
 * the input, however often they occur.
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

const LIMITS: Record<keyof Setbacks, number> = {
  crashed: MAX_CRASHES + 1,
  missing: MISSING_LOOKS,
  remote: DOWNLOADS,
  machine: Infinity,
}

function causeOf(code: string): keyof Setbacks | undefined {
  switch (code) {
    case 'WORKER_CRASHED':
    case 'FFMPEG_FAILED':
      return 'crashed'
    case 'SOURCE_MISSING':
      return 'missing'
    case 'SOURCE_UNAVAILABLE':
      return 'remote'
    case 'CHILD_NOT_STARTED':
    case 'OUT_OF_RESOURCES':
    case 'STORAGE_FAILED':
    case 'STORAGE_FULL':
    case 'UNSAFE_PATH':
      return 'machine'
    default:
      return undefined
  }
}
