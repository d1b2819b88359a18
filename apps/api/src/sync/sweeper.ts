import { randomUUID } from 'node:crypto'
import { failedEvent, type QueuedJob, type TaskQueues } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Send } from '../send.ts'
import type { StopJob } from '../tasks/stop-job.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { isFinal, queuedAt, type TaskRecord } from '../tasks/task.ts'
import { UpdateTaskStatus } from '../applying/update-task-status.ts'
import type { CheckStore } from './check-store.ts'
import type { Dispatcher } from './dispatcher.ts'
import { completionOf, invalidEndOf, runEndOf, startOf } from './job-outcome.ts'
import { LostJobs } from './lost-jobs.ts'
import { OutageLog } from '../ground/outage-log.ts'
import type { Listeners } from './listeners.ts'
import { recheckMs } from './recheck-ms.ts'

/** Tasks claimed at a time. */
const BATCH = 500
const SAY_LATE_EVERY_MS = 60_000

/**
 * The result of a check: `done` needs nothing more, `waits` is checked again later, `late` as well
 * but is logged, and the job of a `lost` task is missing or useless.
 */
type Finding = 'done' | 'waits' | 'late' | 'lost'

/**
 * Reconciles documents and queue where events were lost: it looks up the job of every unfinished
 * task that is due for a check. A job that Redis lost is recreated; a result whose event was lost
 * is applied. Every replica runs one.
 */
export class Sweeper {
  readonly #deps
  readonly #lost: LostJobs
  readonly #outage: OutageLog
  #timer: NodeJS.Timeout | undefined
  #pass: Promise<void> | undefined
  #stopped = true
  #saidLateAt = Number.NEGATIVE_INFINITY

  constructor(deps: {
    checks: CheckStore
    store: TaskStore
    queues: TaskQueues
    dispatcher: Dispatcher
    stopJob: StopJob
    send: Send
    events: Pick<Listeners, 'of' | 'isBehind' | 'repairGaps'>
    log: Logger
    intervalMs: number
    /** How long claimed tasks are reserved for this replica. If it dies, they wait this long. */
    leaseMs: number
    now: () => number
  }) {
    this.#deps = deps
    this.#lost = new LostJobs(deps)
    this.#outage = new OutageLog(deps.log, 'sweep failed; the next one continues')
  }

  /** Sweeps at once, as a process that died may have left tasks behind, and then repeatedly. */
  start(): void {
    this.#stopped = false
    this.#goOn()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#pass
  }

  /**
   * Starts a pass, or joins the current one. Never throws; does nothing before start, after stop,
   * or while the queue is unreachable.
   */
  async sweep(): Promise<void> {
    // Without the queue nothing can be checked, and the tasks claimed would still be leased when it
    // is back.
    if (this.#stopped || !this.#deps.queues.isReachable()) return
    this.#pass ??= this.#sweep().finally(() => (this.#pass = undefined))
    return this.#pass
  }

  #schedule(): void {
    if (this.#stopped) return
    const jitter = 0.8 + Math.random() * 0.4 // replicas that started together do not sweep together
    this.#timer = setTimeout(() => this.#goOn(), this.#deps.intervalMs * jitter)
  }

  #goOn(): void {
    void this.sweep().then(() => this.#schedule())
  }

  async #sweep(): Promise<void> {
    const { queues, events } = this.#deps
    try {
      await this.#makeUpForGap()
      const backlogs = await Promise.all(queues.all.map((queue) => queue.backlog()))
      const backlog = backlogs.reduce((sum, jobs) => sum + jobs, 0)
      let claimed = BATCH
      // While the listener is behind, the store is better used for its results: one batch per pass.
      for (let first = true; claimed === BATCH && !this.#stopped && (first || !events.isBehind()); first = false)
        claimed = await this.#checkDue(backlog)
      this.#outage.worked()
    } catch (error) {
      this.#outage.failed(error)
    }
  }

  async #makeUpForGap(): Promise<void> {
    const { checks, events, log } = this.#deps
    const repair = async (): Promise<void> => {
      const tasks = await checks.checkAllNow()
      if (tasks > 0) log.warn({ tasks }, 'queue events may be lost: checking every unfinished task')
    }
    // If Redis is unreachable this says nothing about a gap; the next pass checks again.
    await events.repairGaps(repair).catch((error: unknown) => log.debug({ err: error }, 'check for lost events failed'))
  }

  /**
   * Checks one batch of due tasks; returns their number. After an error they stay leased and are
   * due when the lease expires.
   */
  async #checkDue(backlog: number): Promise<number> {
    const { checks, leaseMs } = this.#deps
    const now = await checks.now()
    const tasks = await checks.claimDue({ now, leaseMs, limit: BATCH, claimant: randomUUID() })
    const findings = await Promise.all(tasks.map((task) => this.#check(task, now)))
    const found = Map.groupBy(tasks, (_task, index) => findings[index])
    const late = found.get('late') ?? []
    await this.#lost.dispatch(found.get('lost') ?? [])
    const delays = Map.groupBy([...(found.get('waits') ?? []), ...late], (task) =>
      recheckMs({ ageMs: now.getTime() - queuedAt(task).getTime(), backlog }),
    )
    for (const [delayMs, waiting] of delays)
      await checks.postpone(
        waiting.map(({ id }) => id),
        new Date(now.getTime() + delayMs),
      )
    this.#sayLate(late, now)
    return tasks.length
  }

  /** undefined if this cannot be determined now. */
  async #check(task: TaskRecord, now: Date): Promise<Finding | undefined> {
    try {
      const finding = isFinal(task.status) ? await this.#stop(task) : await this.#compare(task)
      return finding === 'waits' && task.lateAt && task.lateAt < now ? 'late' : finding
    } catch (error) {
      this.#deps.log.debug({ taskId: task.id, err: error }, 'task not checked')
      return undefined
    }
  }

  /** For a cancelled task. It is leased again and again until its job is known to be gone. */
  async #stop(task: TaskRecord): Promise<Finding | undefined> {
    if (!(await this.#deps.stopJob(task))) return undefined
    await this.#deps.checks.settle(task)
    return 'done'
  }

  async #compare(task: TaskRecord): Promise<Finding> {
    const { queues, now } = this.#deps
    const queue = queues.of(task.kind)
    const job = await queue.find(task.id, task.epoch)
    if (!job) return 'lost'
    const state = await job.getState()
    switch (state) {
      case 'completed': {
        const completion = completionOf(job.returnvalue)
        return completion ? this.#apply(completion, 'completion applied') : this.#endInvalidRun(task, job)
      }
      case 'failed':
        return this.#apply(failedEvent(job, now()), 'failure applied')
      case 'active':
        if (task.status === 'pending') await this.#apply(startOf(job, now()), 'start applied')
        return 'waits'
      case 'waiting':
      case 'prioritized':
      case 'delayed':
        if (task.status === 'processing') await this.#endRun(task, job, state === 'delayed')
        return 'waits'
      // In none of the queue's lists, for instance because one was lost, or waiting for child jobs,
      // which ours never have: no worker will ever get it.
      case 'unknown':
      case 'waiting-children':
        return 'lost'
      default:
        return state satisfies never
    }
  }

  /**
   * According to the document the job is running, but it is waiting again. The fence rejects this
   * if a later run has started meanwhile.
   */
  async #endRun(task: TaskRecord, before: QueuedJob, isDelayed: boolean): Promise<void> {
    const { queues, now } = this.#deps
    const queue = queues.of(task.kind)
    // When it was first read, its attempt may not have been counted yet; and no run may have
    // started since.
    const job = await queue.find(task.id, task.epoch)
    if (job?.attemptsStarted !== before.attemptsStarted) return
    await this.#apply(runEndOf(job, task, { delayMs: isDelayed ? job.delay : 0, now: now() }), 'end of run applied')
  }

  /** Its job is useless. It is only made again once the document counts the attempt. */
  async #endInvalidRun(task: TaskRecord, job: QueuedJob): Promise<Finding> {
    const { send, log, now } = this.#deps
    const event = invalidEndOf(job, task, now())
    const changed = await send(new UpdateTaskStatus(event))
    if (changed)
      log.error(
        { taskId: task.id, jobId: job.id, workerId: job.processedBy, status: changed.status },
        'job completed without a valid result',
      )
    return changed || event.eventType === 'task.failed' ? 'done' : 'lost'
  }

  async #apply(event: UpdateTaskStatus['event'], repair: string): Promise<Finding> {
    const task = await this.#deps.send(new UpdateTaskStatus(event))
    if (task) this.#deps.log.info({ taskId: task.id, status: task.status, repair }, 'task repaired by the sweeper')
    return 'done'
  }

  /**
   * A job that waits in the queue for far too long needs no repair, but should be brought to
   * attention.
   */
  #sayLate(late: readonly TaskRecord[], now: Date): void {
    if (late.length === 0 || now.getTime() - this.#saidLateAt < SAY_LATE_EVERY_MS) return
    this.#saidLateAt = now.getTime()
    this.#deps.log.warn(
      { tasks: late.length, example: late[0]?.id },
      'tasks are waiting much longer than expected: are there enough workers?',
    )
  }
}
