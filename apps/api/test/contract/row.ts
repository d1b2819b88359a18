import type { z } from 'zod'
import type { Answer } from '../start-test-api.ts'
import type { World } from './world.ts'

/** One row of the contract: how a route responds to one kind of request. */
export interface Row {
  /** Method and path, as in the application. */
  route: string
  /** The status, and the code of a problem: `200`, `404 TASK_NOT_FOUND`. */
  outcome: string
  /** What kind of request. */
  when: string
  send: (world: World) => Promise<Answer>
  /** The body, JSON or text; by default, an error is a problem with its code. */
  body?: z.ZodType | 'nothing' | 'bytes'
  headers?: Record<string, RegExp>
}

type Expected = Pick<Row, 'body' | 'headers'>

/** Creates the rows of one route. */
export const linesOf =
  (route: string) =>
  (outcome: string, when: string, send: Row['send'], expected: Expected = {}): Row => ({
    route,
    outcome,
    when,
    send,
    ...expected,
  })

export const json = { 'content-type': 'application/json' }

export const sendJson = (body: unknown, headers: Record<string, string> = json): RequestInit => ({
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
