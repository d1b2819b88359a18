import { createAnswerChecker, type ApiDocument } from '@darkroom/testing'
import fc from 'fast-check'
import { anyRequest } from './any-request.ts'
import type { FuzzRequest } from './draft.ts'
import { KnownNames } from './known-names.ts'
import { operationsOf, resolverOf, type Operation } from './operations.ts'
import { sendRequest } from './send-request.ts'

export interface FuzzOptions {
  origin: string
  adminToken: string
  seed: number
  /** No further round is started after this time. A round calls every operation once. */
  forMs: number
  leastRounds: number
  files: readonly Buffer[]
}

export interface FuzzReport {
  operations: number
  requests: number
  seconds: number
  serverErrors: string[]
  undocumented: string[]
  /** Requests without a response. */
  unanswered: string[]
  /** How often each operation returned each status. */
  answers: Map<string, Map<number, number>>
}

const SIDE_BY_SIDE = 8
const ANSWER_MS = 10_000
/** Generated at once; a longer run generates more with the next seed. */
const DRAW = 50
const SEEDS_APART = 7919

/**
 * Sends a running API valid and invalid requests for all operations of its own document, and
 * validates every response.
 */
export async function fuzzApi(options: FuzzOptions): Promise<FuzzReport> {
  const { origin, seed, adminToken, files } = options
  const document = (await (await fetch(`${origin}/openapi.json`)).json()) as ApiDocument
  const check = createAnswerChecker(document)
  const names = new KnownNames()
  const operations = operationsOf(document)
  const from = {
    resolve: resolverOf(document),
    known: (choice: number, path: string) => names.choose(choice, path),
    files,
    adminToken,
  }
  const answers = new Map(operations.map(({ id }) => [id, new Map<number, number>()]))
  const report: FuzzReport = {
    operations: operations.length,
    requests: 0,
    seconds: 0,
    serverErrors: [],
    undocumented: [],
    unanswered: [],
    answers,
  }

  const ask = async ({ id }: Operation, asked: FuzzRequest): Promise<void> => {
    report.requests++
    try {
      const { status, header, body } = await sendRequest(origin, asked, ANSWER_MS)
      const counts = answers.get(id)
      counts?.set(status, (counts.get(status) ?? 0) + 1)
      if (status < 300) names.learnFrom(asked.path, body)
      if (status >= 500) report.serverErrors.push(`${describe(asked)}\n  -> ${status} ${body.slice(0, 300)}`)
      const { method, path } = asked
      const faults = check({ method, path, status, header, body })
      if (faults.length > 0)
        report.undocumented.push([describe(asked), ...faults.map((fault) => `  ${fault}`)].join('\n'))
    } catch (error) {
      report.unanswered.push(`${describe(asked)}\n  ${String(error)}`)
    }
  }

  const startedAt = performance.now()
  const isOver = (): boolean => performance.now() - startedAt > options.forMs
  const drawn = new Map<string, (() => FuzzRequest)[]>()
  for (let round = 0; round < options.leastRounds || !isOver(); round++) {
    if (round % DRAW === 0) {
      // Each with its own seed: otherwise all would send the same keys at the same time.
      const seeds = operations.map((_operation, index) => seed + (round + index) * SEEDS_APART)
      operations.forEach((operation, index) =>
        drawn.set(operation.id, fc.sample(anyRequest(operation, from), { seed: seeds[index] ?? seed, numRuns: DRAW })),
      )
    }
    const queue = [...operations]
    const worker = async (): Promise<void> => {
      for (let operation = queue.shift(); operation; operation = queue.shift()) {
        const request = drawn.get(operation.id)?.[round % DRAW]
        if (request) await ask(operation, request())
      }
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker))
  }
  return { ...report, seconds: (performance.now() - startedAt) / 1000 }
}

const describe = ({ method, path, headers, body }: FuzzRequest): string =>
  `${method} ${path.slice(0, 300)} ${JSON.stringify(headers)} ${body ? JSON.stringify(body.toString('latin1').slice(0, 300)) : ''}`
