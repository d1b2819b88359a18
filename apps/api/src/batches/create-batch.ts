import type { AcceptedTask } from '@darkroom/contracts'
import type { Logger } from '@darkroom/runtime'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import { AppError, keyNotFree } from '../app-error.ts'
import { inParallel } from '../ground/in-parallel.ts'
import { CreateTask, KEY_LIFE_MS, type CreateTaskHandler, type NewTask } from '../tasks/commands/create-task.ts'
import { isKeyTaken } from '../tasks/task-store.ts'
import { batchTaskId } from './batch-task-id.ts'
import { newBatchId, type BatchRecord, type BatchStore } from './batch-store.ts'
import { CompleteBatch, type CompleteBatchHandler } from './complete-batch.ts'

/** One file of a request: a task to create, or the reason why there is none. */
export type BatchCandidate =
  | { name: string; task: Omit<NewTask, 'tenant' | 'idempotency'>; fingerprint: string }
  | { name: string; fault: unknown }

/** The result for one file. */
export type BatchOutcome = { name: string; task: AcceptedTask } | { name: string; fault: unknown }

/** What is wanted of a batch as a whole. */
export type BatchWishes = {
  [Wish in 'idempotency' | 'callbackUrl' | 'notify']?: BatchRecord[Wish] | undefined
}

/**
 * Creates a task for each valid file; the others do not affect them. Throws IDEMPOTENCY_KEY_REUSED,
 * IDEMPOTENCY_IN_FLIGHT.
 */
export class CreateBatch extends RequestData<{ batchId: string; items: BatchOutcome[] }> {
  readonly tenant: string
  readonly candidates: readonly BatchCandidate[]
  readonly wishes: BatchWishes

  constructor(tenant: string, candidates: readonly BatchCandidate[], wishes: BatchWishes = {}) {
    super()
    this.tenant = tenant
    this.candidates = candidates
    this.wishes = wishes
  }
}

/** Files moved and documents inserted concurrently; their jobs are queued together. */
const WIDTH = 8
/**
 * A request that has not finished by then was interrupted: its batch consists of the tasks created
 * so far.
 */
const FIRST_CHECK_MS = 5 * 60_000
const SEALED_CHECK_MS = 10_000

export class CreateBatchHandler implements RequestHandler<CreateBatch, { batchId: string; items: BatchOutcome[] }> {
  readonly #deps

  constructor(deps: {
    batches: BatchStore
    createTask: CreateTaskHandler
    completeBatch: CompleteBatchHandler
    log: Logger
    now: () => number
  }) {
    this.#deps = deps
  }

  async handle({ tenant, candidates, wishes }: CreateBatch): Promise<{ batchId: string; items: BatchOutcome[] }> {
    const batch = await this.#open(tenant, wishes)
    const items = await inParallel(candidates, WIDTH, (candidate, index) => this.#create(batch, candidate, index))
    await this.#seal(batch, items.filter((item) => 'task' in item).length)
    return { batchId: batch.id, items }
  }

  /** A repeated request continues with its batch, and each of its files with its task. */
  async #open(tenant: string, { idempotency, callbackUrl, notify }: BatchWishes): Promise<BatchRecord> {
    const { batches, now } = this.#deps
    const made = await this.#madeBefore(tenant, idempotency)
    if (made) return made
    const createdAt = new Date(now())
    const nextCheckAt = new Date(now() + FIRST_CHECK_MS)
    const batch = {
      id: newBatchId(),
      tenant,
      createdAt,
      total: null,
      completedAt: null,
      nextCheckAt,
      ...(idempotency && { idempotency }),
      ...(callbackUrl !== undefined && { callbackUrl }),
      ...(notify && { notify }),
    }
    try {
      await batches.insert(batch)
      return batch
    } catch (error) {
      if (!isKeyTaken(error)) throw error
      const other = await this.#madeBefore(tenant, idempotency)
      if (other) return other
      // The next try finds the key free.
      throw keyNotFree('batch')
    }
  }

  async #madeBefore(tenant: string, idempotency: BatchWishes['idempotency']): Promise<BatchRecord | undefined> {
    if (!idempotency) return undefined
    const { batches, now } = this.#deps
    const made = await batches.findByIdempotencyKey(tenant, idempotency.key)
    const forgottenBefore = new Date(now() - KEY_LIFE_MS)
    if (made && made.createdAt < forgottenBefore) {
      await batches.forgetIdempotencyKey(tenant, idempotency.key, forgottenBefore)
      return undefined
    }
    if (!made || made.idempotency?.fingerprint === idempotency.fingerprint) return made
    throw new AppError('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used for another request: choose a new one.')
  }

  async #create(batch: BatchRecord, candidate: BatchCandidate, index: number): Promise<BatchOutcome> {
    const { name } = candidate
    if ('fault' in candidate) return candidate
    // Clients' keys contain no spaces: the keys of a batch's files cannot collide with them.
    const key = batch.idempotency && { key: `${batch.idempotency.key} ${index}`, fingerprint: candidate.fingerprint }
    try {
      const id = batchTaskId(batch.createdAt, index)
      const task = await this.#deps.createTask.handle(
        new CreateTask({ ...candidate.task, tenant: batch.tenant, id, batchId: batch.id, idempotency: key }),
      )
      return { name, task }
    } catch (fault) {
      this.#deps.log.warn({ batchId: batch.id, err: fault }, 'no task created for a file of a batch')
      return { name, fault }
    }
  }

  /** The tasks exist, whatever happens here: a later check catches up. */
  async #seal(batch: BatchRecord, accepted: number): Promise<void> {
    const { batches, completeBatch, log, now } = this.#deps
    try {
      if (accepted === 0) return await batches.removeUnsealed(batch.id)
      await batches.seal(batch.id, accepted, new Date(now() + SEALED_CHECK_MS))
      await completeBatch.handle(new CompleteBatch(batch.tenant, batch.id))
    } catch (error) {
      log.warn({ batchId: batch.id, err: error }, 'batch not sealed; trying again later')
    }
  }
}
