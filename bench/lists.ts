// How long a page of the list takes when there are many tasks, relative to few. Nothing is cached:
// each request is the first of its kind. Options: --tasks 1000000 --asks 40 --fillSeconds 300
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { MongoClient, type Collection } from 'mongodb'
import { createInstallation, type Installation } from '../test/e2e/support/installation.ts'
import { figureOf, percentile, type Benchmark } from './support/benchmark.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { storedTask } from './support/stored-task.ts'

const SMALLEST = 10_000
const FILL_BATCH = 1000
const READ_LIMIT_MS = 5000
const ENOUGH_BUSY = 3
/**
 * A list's first page, a late page, one by cursor, one per filter, and one without matches: what
 * clients request.
 */
const QUESTIONS = [
  '?limit=20',
  '?limit=20&page=500',
  '?limit=20&cursor=',
  '?limit=20&status=failed',
  '?limit=20&kind=image.optimize',
  '?limit=20&priority=batch',
]

interface Size {
  tasks: number
  filledMs: number
  /** p95 in ms of each query, uncached. */
  p95: Record<string, number>
}

export const benchmark: Benchmark = {
  async run(args) {
    const { tasks: most, asks, fillSeconds } = wholeNumbers(args, { tasks: 1_000_000, asks: 40, fillSeconds: 300 })
    return withServices(async (services) => {
      const { redis, mongo } = services
      const darkroom = await createInstallation(
        { redisUrl: redis.url, mongoUrl: mongo.url },
        { SWEEP_INTERVAL_MS: '3600000' },
      )
      try {
        const api = await darkroom.api()
        const sizes = await measureSizes(darkroom, api.url, { sizes: sizesUpTo(most), asks, fillSeconds })
        const [few, many] = [sizes[0], sizes.at(-1)]
        if (!few || !many) throw new Error('Nothing was measured')
        const ratios = QUESTIONS.map(
          (question) => (many.p95[question] ?? Number.NaN) / (few.p95[question] ?? Number.NaN),
        )
        return {
          figures: [
            figureOf(`p95 of a page among ${many.tasks} tasks, relative to ${few.tasks}`, ratios, 'x', {
              atMost: 1.5,
              goal: 1.1,
            }),
          ],
          notes: [
            ...sizes.map(describe),
            ...(many.tasks < most ? [`The goal was ${most} tasks: filling stopped after ${fillSeconds} s`] : []),
            ...(mongo.kind === 'stand-in'
              ? ['This says nothing about a MongoDB: the stand-in sorts and counts without its indexes']
              : []),
          ],
          details: { options: { most, asks, fillSeconds }, stores: storesOf(services), sizes },
        }
      } finally {
        await darkroom.stop()
      }
    })
  },
}

function sizesUpTo(most: number): number[] {
  const sizes: number[] = []
  for (let size = Math.min(SMALLEST, most); size <= most; size *= 10) sizes.push(size)
  return sizes
}

async function measureSizes(
  darkroom: Installation,
  url: string,
  { sizes, asks, fillSeconds }: { sizes: readonly number[]; asks: number; fillSeconds: number },
): Promise<Size[]> {
  const mongo = new MongoClient(darkroom.mongoUrl)
  const redis = new Redis(darkroom.redisUrl)
  const measured: Size[] = []
  const deadline = performance.now() + fillSeconds * 1000
  try {
    let filled = 0
    for (const size of sizes) {
      const startedAt = performance.now()
      filled = await fill(mongo.db().collection('tasks'), filled, size, deadline)
      const filledMs = performance.now() - startedAt
      const p95: Record<string, number> = {}
      for (const question of QUESTIONS)
        p95[question] = await p95Of(redis, darkroom, url + (await pathOf(url, question)), asks)
      measured.push({ tasks: filled, filledMs, p95 })
      if (filled < size) break
    }
    return measured
  } finally {
    redis.disconnect()
    await mongo.close()
  }
}

/** @returns the number of tasks: less than `to` if the time was up. */
async function fill(tasks: Collection, from: number, to: number, deadline: number): Promise<number> {
  for (let at = from; at < to; at += FILL_BATCH) {
    if (performance.now() > deadline) return at
    await tasks.insertMany(
      Array.from({ length: FILL_BATCH }, (_, index) => storedTask(at + index)),
      { ordered: false, writeConcern: { w: 1 } },
    )
  }
  return to
}

async function pathOf(url: string, question: string): Promise<string> {
  const path = '/api/v1/tasks'
  if (!question.endsWith('cursor=')) return path + question
  const { nextCursor } = (await (await fetch(`${url}${path}?limit=20`)).json()) as { nextCursor: string }
  return `${path}${question}${nextCursor}`
}

async function p95Of(redis: Redis, { names }: Installation, url: string, asks: number): Promise<number> {
  const took: number[] = []
  for (let ask = 0; ask < asks; ask++) {
    // As if a task had changed, and all totals were old.
    await redis.set(`${names.cachePrefix}tasks:generation`, randomUUID())
    await redis.unlink('none', ...(await redis.keys(`${names.cachePrefix}tasks:count:*`)))
    const startedAt = performance.now()
    const answer = await fetch(url)
    const text = await answer.text()
    took.push(performance.now() - startedAt)
    // Too much for this store: each further one takes as long, up to the time limit of a read.
    if (answer.status === 503 && took.filter((ms) => ms >= READ_LIMIT_MS).length >= ENOUGH_BUSY) break
    if (!answer.ok && answer.status !== 503) throw new Error(`A list failed with ${answer.status}: ${text}`)
  }
  return percentile(took, 95)
}

function describe({ tasks, filledMs, p95 }: Size): string {
  const all = Object.entries(p95).map(([question, ms]) => `${question} ${ms.toFixed(1)} ms`)
  return `${tasks} tasks (the last of them stored in ${(filledMs / 1000).toFixed(0)} s): p95 of ${all.join(', ')}`
}
