import type { Mediator } from 'mediatr-ts'

/** Sends a command or a query to its handler. */
export type Send = Mediator['send']
