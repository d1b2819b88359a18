import type { JobEnvelope } from '@darkroom/contracts'
import { parseFailureReason, type FailureReason, type Progress } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Child } from './child-process.ts'
import type { ChildMessage, Processed } from './child/child-protocol.ts'
import { JobFailure } from './child/job-failure.ts'
import { CpuWait } from './cpu-wait.ts'
import { residentBytes } from './resident-bytes.ts'

export interface RunLimits {
  /** Without the time for which the machine gave the job no CPU; enforced within a second. */
  deadlineMs: number
  maxRssBytes: number
}

/** A job, and the data folder in which it is run. */
export interface Assignment {
  job: JobEnvelope
  folder: string
}

export interface RunWatch {
  /** Aborting it kills the child. Its reason is a failure reason in text form. */
  signal?: AbortSignal | undefined
  onProgress: (progress: Progress) => void
  log: Logger
}

const MEMORY_CHECK_MS = 250
const DEADLINE_CHECK_MS = 1000

/**
 * Sends a job to a child and waits for the result. The child is killed when the deadline passes,
 * when it uses too much memory, and when the run is aborted: an engine may not react to anything
 * gentler. The result does not wait for the end of a killed process, which may hang in the kernel.
 */
export function runOnChild(child: Child, assignment: Assignment, options: RunLimits & RunWatch): Promise<Processed> {
  const { promise, resolve, reject } = Promise.withResolvers<Processed>()
  const fail = (reason: FailureReason): void => reject(new JobFailure(reason))
  const kill = (reason: FailureReason): void => {
    child.kill()
    fail(reason)
  }
  const onMessage = (message: ChildMessage): void => {
    if (message.type === 'progress') options.onProgress({ stage: message.stage, percent: message.percent })
    if (message.type === 'done') resolve(message.processed)
    if (message.type !== 'failed') return
    options.log.debug({ code: message.reason.code, detail: message.detail }, 'child reported a failure')
    fail(message.reason)
  }
  const onEnd = (how: string): void => fail(child.isReady ? crashed(child.noun, how) : notStarted(child.noun, how))
  child.hear({ onMessage, onEnd })
  const stopWatching = [
    killAtDeadline(child, kill, options),
    killAtMemoryCap(child, kill, options),
    killOnAbort(kill, options),
  ]
  child.send(assignment)
  return promise.finally(() => {
    child.hear()
    for (const stop of stopWatching) stop()
  })
}

type Kill = (reason: FailureReason) => void

function killAtDeadline(child: Child, kill: Kill, { deadlineMs }: RunLimits): () => void {
  const message = `Processing took longer than ${deadlineMs} ms`
  const startedAt = performance.now()
  const wait = new CpuWait(child.pid)
  const check = (): void => {
    const tookMs = performance.now() - startedAt - wait.readMs()
    if (tookMs >= deadlineMs) kill({ code: 'DEADLINE', message, retryable: true })
  }
  const timer = setInterval(check, Math.min(deadlineMs / 10, DEADLINE_CHECK_MS))
  return () => clearInterval(timer)
}

function killAtMemoryCap(child: Child, kill: Kill, { maxRssBytes }: RunLimits): () => void {
  let watching = true
  const check = async (): Promise<void> => {
    const bytes = await residentBytes(child.pid)
    // The result may have arrived in the meantime, and the child may have another job.
    if (watching && bytes > maxRssBytes) kill(tooMuchMemory(maxRssBytes))
  }
  const timer = setInterval(() => void check(), MEMORY_CHECK_MS)
  return () => {
    watching = false
    clearInterval(timer)
  }
}

function killOnAbort(kill: Kill, { signal }: RunWatch): () => void {
  const abort = (): void => kill(parseFailureReason(String(signal?.reason)))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  return () => signal?.removeEventListener('abort', abort)
}

function crashed(noun: string, how: string): FailureReason {
  return { code: 'WORKER_CRASHED', message: `The process for the ${noun} died (${how})`, retryable: true }
}

function tooMuchMemory(maxRssBytes: number): FailureReason {
  return {
    code: 'MEMORY_LIMIT',
    message: `Processing exceeded the memory limit of ${maxRssBytes} bytes`,
    retryable: true,
  }
}

/** The job never started: the machine is short of processes, memory or open files. */
export function notStarted(noun: string, how: string): FailureReason {
  return {
    code: 'CHILD_NOT_STARTED',
    message: `The process for the ${noun} could not be started (${how})`,
    retryable: true,
  }
}
