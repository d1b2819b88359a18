import type { DeadLetterGroup } from '@darkroom/contracts'
import { RequestData, type RequestHandler } from 'mediatr-ts'
import type { DeadLetterFilter, DeadLetterStore } from './dead-letter-store.ts'

/** How many tasks failed of what. */
export class CountDeadLetters extends RequestData<DeadLetterGroup[]> {
  readonly filter: DeadLetterFilter

  constructor(filter: DeadLetterFilter) {
    super()
    this.filter = filter
  }
}

export class CountDeadLettersHandler implements RequestHandler<CountDeadLetters, DeadLetterGroup[]> {
  readonly #store: DeadLetterStore

  constructor(deps: { store: DeadLetterStore }) {
    this.#store = deps.store
  }

  async handle({ filter }: CountDeadLetters): Promise<DeadLetterGroup[]> {
    return this.#store.groups(filter)
  }
}
