import type { z } from 'zod'
import type { Answer } from '../start-test-api.ts'
import type { World } from './world.ts'

/** One line of the contract: what a route does with a kind of request. */
export interface Row {
  /** Method and path, as the application names them. */
  route: string
  /** The status, and the code of a refusal: `200`, `404 TASK_NOT_FOUND`. */
  outcome: string
  /** What is asked. */
  when: string
  send: (world: World) => Promise<Answer>
  /** Of JSON or of text; a refusal is a problem of its code when nothing is said here. */
  body?: z.ZodType | 'nothing' | 'bytes'
  headers?: Record<string, RegExp>
}

type Expected = Pick<Row, 'body' | 'headers'>

/** Writes the lines of one route. */
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
