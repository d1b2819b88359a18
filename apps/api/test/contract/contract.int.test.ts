import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROBLEMS } from '@darkroom/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../start-test-api.ts'
import { albumRows } from './album-rows.ts'
import { routesOfApp } from './app-routes.ts'
import { assetRows } from './asset-rows.ts'
import { batchRows } from './batch-rows.ts'
import { docsRows } from './docs-rows.ts'
import { downloadRows } from './download-rows.ts'
import { jobRows } from './job-rows.ts'
import { keyRows } from './key-rows.ts'
import { operatorRows } from './operator-rows.ts'
import { photoRows } from './photo-rows.ts'
import { videoRows } from './video-rows.ts'
import { pathRows } from './path-rows.ts'
import { linesOf, type Row } from './row.ts'
import { problem } from './shapes.ts'
import { stagedUploadRows } from './staged-upload-rows.ts'
import { taskRows } from './task-rows.ts'
import { uploadRows } from './upload-rows.ts'
import { webhookRows } from './webhook-rows.ts'
import { createWorld, type World } from './world.ts'

const nowhere = linesOf('GET /nowhere')('404 ROUTE_NOT_FOUND', 'an unknown path', ({ main }) =>
  main.request('/nowhere'),
)
const routeRows: readonly Row[] = [
  ...uploadRows,
  ...stagedUploadRows,
  ...taskRows,
  ...batchRows,
  ...downloadRows,
  ...jobRows,
  ...photoRows,
  ...assetRows,
  ...albumRows,
  ...videoRows,
  ...operatorRows,
  ...keyRows,
  ...webhookRows,
  ...docsRows,
]
const rows: readonly Row[] = [...routeRows, ...pathRows(routeRows), nowhere]

let world: World
let met = 0
beforeAll(async () => {
  world = await createWorld()
}, 120_000)
afterAll(async () => {
  console.log(
    `contract: ${met} of ${rows.length} rows passed, of ${new Set(routeRows.map(({ route }) => route)).size} routes`,
  )
  await world.stop()
})

/** Rows that have to wait for the timeout of a store run concurrently. */
const isSlow = ({ outcome }: Row): boolean => outcome.startsWith('503')

describe.each([...Map.groupBy(rows, (row) => (isSlow(row) ? 'the stores are unreachable' : row.route))])(
  '%s',
  (about, some) => {
    const each = about === 'the stores are unreachable' ? it.concurrent : it
    each.for(some)('$route: $outcome: $when', async (row) => {
      await expectMet(row)
      met++
    })
  },
)

async function expectMet({ outcome, send, body, headers }: Row): Promise<void> {
  const answer = await send(world)
  const [status, code] = outcome.split(' ')
  if (answer.status !== Number(status)) expect(`${answer.status} ${answer.text}`).toBe(outcome)
  for (const [name, pattern] of Object.entries({ 'x-content-type-options': /^nosniff$/, ...headers })) {
    expect(answer.headers.get(name), name).toMatch(pattern)
  }
  if (code === undefined) expectBody(answer, body)
  else expectProblem(answer, code, body)
}

/** Temporary errors state when to try again. */
const PASSING = [429, 503, 507]

function expectProblem(answer: Answer, code: string, shape: Row['body']): void {
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect((typeof shape === 'object' ? shape : problem).parse(answer.body)).toMatchObject({
    code,
    status: answer.status,
  })
  if (PASSING.includes(answer.status)) expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
}

function expectBody(answer: Answer, shape: Row['body']): void {
  if (shape === 'nothing') expect(answer.bytes.length).toBe(0)
  else if (shape === 'bytes') expect(answer.bytes.length).toBeGreaterThan(0)
  else if (shape === undefined) throw new Error('A row without a problem code needs a body')
  else shape.parse(answer.body ?? answer.text)
}

it('every route of the application has rows, and every row has a route', () => {
  const known = [...new Set(routeRows.map(({ route }) => route))]
  expect(routesOfApp(world.main.app).toSorted()).toEqual(known.toSorted())
})

/**
 * Problems that belong to no route, or that only occur in a race, and the tests that cover them.
 */
const ELSEWHERE: Record<string, string> = {
  EXPECTATION_FAILED: 'http/server.int.test.ts',
  HEADERS_TOO_LARGE: 'http/server.int.test.ts',
  INVALID_REQUEST: 'http/server.int.test.ts',
  HOST_NOT_ALLOWED: 'http/web-pages.int.test.ts',
  REQUEST_TIMEOUT: 'http/server.int.test.ts',
  TOO_MANY_CONNECTIONS: 'http/client-limits.int.test.ts',
  ISSUER_UNAVAILABLE: 'keys/oidc.int.test.ts',
  TOO_MANY_TRIES: 'routes/admin/admin.int.test.ts',
  UPLOAD_EXPIRED: 'uploads/staged/staged-uploads.int.test.ts',
  UPLOAD_LOCKED: 'uploads/staged/redis-locker.int.test.ts',
  RATE_LIMITED: 'http/limit-requests.int.test.ts',
  QUOTA_EXCEEDED: 'usage/usage.int.test.ts',
  TASK_CHANGED: 'tasks/commands/retry-task.int.test.ts',
  INTERNAL: 'to-app-error.test.ts',
}

it('every problem code has a row, or a test elsewhere', async () => {
  const inLines = new Set(rows.map(({ outcome }) => outcome.split(' ')[1]))
  expect(Object.keys(PROBLEMS).filter((code) => !inLines.has(code) && ELSEWHERE[code] === undefined)).toEqual([])
  for (const [code, file] of Object.entries(ELSEWHERE)) {
    expect(await readFile(join(import.meta.dirname, '../../src', file), 'utf8'), file).toContain(code)
  }
})
