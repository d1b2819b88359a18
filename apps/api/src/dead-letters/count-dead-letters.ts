import { MAX_COUNTED, type DeadLetterGroups } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { DeadLetterFilter, DeadLetterStore } from './dead-letter-store.ts'

/** The number of failed tasks per error code. */
export class CountDeadLetters extends RequestData<DeadLetterGroups> {
  readonly filter: DeadLetterFilter

  constructor(filter: DeadLetterFilter) {
    super()
    this.filter = filter
  }
}

export class CountDeadLettersHandler implements RequestHandler<CountDeadLetters, DeadLetterGroups> {
  readonly #store: DeadLetterStore

  constructor(deps: { store: DeadLetterStore }) {
    this.#store = deps.store
  }

  async handle({ filter }: CountDeadLetters): Promise<DeadLetterGroups> {
    const items = await this.#store.groups(filter, MAX_COUNTED + 1)
    return { items, isExact: items.reduce((sum, { count }) => sum + count, 0) <= MAX_COUNTED }
  }
}
