import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { fuzzApi } from '../../fuzz/fuzz-api.ts'
import { sampleFiles } from '../../fuzz/sample-files.ts'
import type { ApiProcess } from '../../scripts/processes.ts'
import { get } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'

const adminToken = 'the-administrator-of-the-fuzz-run'
const SEED = 20_260
const FOR_MS = 15_000
const LEAST_ROUNDS = 40
const SUCCESSES = {
  200: ['getTask', 'getJob', 'listTaskEvents', 'signDownload', 'pauseQueue'],
  202: ['createTask', 'createBatch', 'createJob', 'retryTask'],
}

let darkroom: Installation
let api: ApiProcess

beforeAll(async () => {
  const env = { ADMIN_TOKEN: adminToken, URL_SIGNING_KEYS: `fuzz:${'k'.repeat(40)}`, MIN_FREE_BYTES: '0' }
  darkroom = await createInstallation({ redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') }, env)
  ;[api] = await Promise.all([darkroom.api(), darkroom.worker('worker-a')])
})
afterAll(() => darkroom.stop())

test('every request, valid or not, gets a documented response', async () => {
  const files = await sampleFiles()
  const report = await fuzzApi({
    origin: api.url,
    adminToken,
    seed: SEED,
    forMs: FOR_MS,
    leastRounds: LEAST_ROUNDS,
    files,
  })
  const { requests, serverErrors, undocumented, unanswered, answers } = report
  console.log(`fuzz: ${requests} requests, seed ${SEED}, ${report.seconds.toFixed(1)} s`)
  expect({ serverErrors, undocumented, unanswered }).toEqual({ serverErrors: [], undocumented: [], unanswered: [] })
  expect(requests).toBeGreaterThanOrEqual(LEAST_ROUNDS * report.operations)
  // It reached operations that only succeed if everything is right.
  for (const [status, ids] of Object.entries(SUCCESSES))
    for (const id of ids) expect([id, answers.get(id)?.get(Number(status))]).toEqual([id, expect.any(Number)])
  expect((await get(`${api.url}/health`)).status).toBe(200)
})
