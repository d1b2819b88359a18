import { setImmediate } from 'node:timers/promises'
import { NO_TURNS, type QueueLoad } from '@darkroom/messaging'
import { describe, expect, it } from 'vitest'
import { testKinds } from '../../test/task-history.ts'
import { sizeOf } from '../tasks/kind.ts'
import { estimateText } from './estimate-text.ts'
import { Estimator, type PastRun } from './estimator.ts'

const sourceOf = (megapixels: number) => ({
  bytes: 1,
  format: 'jpeg' as const,
  width: megapixels * 1000,
  height: 1000,
  sha256: '',
  md5: '',
})
const task = (megapixels = 2, priority: 'premium' | 'interactive' | 'batch' = 'interactive', tenant = 'default') => ({
  tenant,
  priority,
  source: sourceOf(megapixels),
})
const runs = (count: number, processingTimeMs: number, megapixels = 2): PastRun[] =>
  Array.from({ length: count }, () => ({ source: sourceOf(megapixels), processingTimeMs }))

const idle: QueueLoad = {
  workers: 1,
  slots: 2,
  active: 0,
  due: 0,
  isPaused: false,
  waiting: { premium: 0, interactive: 0, normal: 0, batch: 0 },
  turns: { premium: NO_TURNS, interactive: NO_TURNS, normal: NO_TURNS, batch: NO_TURNS },
}

async function started(load: Partial<QueueLoad> = {}, past: PastRun[] = []): Promise<Estimator> {
  const estimator = new Estimator({
    readLoad: async () => ({ ...idle, ...load }),
    sizeOf: (source) => sizeOf(testKinds, 'image.optimize', source),
    intervalMs: 60_000,
  })
  estimator.start()
  await setImmediate()
  estimator.stop()
  for (const run of past) estimator.learn(run)
  return estimator
}

describe('without measured runs it', () => {
  it('says "5-30 seconds"', async () => {
    const estimate = (await started()).estimate(task())
    expect(estimate).toEqual({ p50Ms: 5000, p90Ms: 30_000, position: 0 })
    expect(estimateText(estimate)).toBe('5-30 seconds')
  })

  it('says the same after other jobs, whose time is not known either', async () => {
    const estimator = await started({ active: 2, waiting: { ...idle.waiting, interactive: 10 } })
    expect(estimator.estimate(task())).toEqual({ p50Ms: 5000, p90Ms: 30_000, position: 10 })
  })

  it('ignores a small number of runs', async () => {
    expect((await started({}, runs(4, 100))).estimate(task()).p50Ms).toBe(5000)
  })
})

describe('the work in the queue', () => {
  const waiting = { ...idle.waiting, interactive: 90, batch: 7 }
  const busy = { waiting, active: 2, due: 1 }

  it('takes as long as the past runs', async () => {
    const estimator = await started(busy, [...runs(20, 100, 1), ...runs(20, 300, 20)])
    expect(await estimator.work()).toEqual({ waiting: 97, active: 2, due: 1, workSeconds: 20 })
  })

  it('is assumed to take 5 seconds per job before anything was measured', async () => {
    expect(await (await started(busy)).work()).toMatchObject({ workSeconds: 500 })
  })

  it('is read once, however many ask for it at a time', async () => {
    let readings = 0
    const readLoad = async () => {
      readings++
      return idle
    }
    const estimator = new Estimator({ readLoad, sizeOf: () => '', intervalMs: 60_000 })
    await Promise.all(Array.from({ length: 100 }, () => estimator.work()))
    expect(readings).toBe(1)
  })
})

describe('from measured runs', () => {
  it('an idle queue takes the time of one run', async () => {
    const { p50Ms, p90Ms, position } = (await started({}, runs(10, 100))).estimate(task())
    expect(p50Ms).toBeGreaterThanOrEqual(100)
    expect(p50Ms).toBeLessThan(200)
    expect(p90Ms).toBeGreaterThanOrEqual(p50Ms)
    expect(position).toBe(0)
  })

  it('large photos use the runs of large photos, and an unknown size uses all runs', async () => {
    const estimator = await started({}, [...runs(20, 50, 1), ...runs(20, 900, 20)])
    const of = (megapixels: number): number => estimator.estimate(task(megapixels)).p50Ms
    expect(of(1)).toBeLessThan(100)
    expect(of(25)).toBeGreaterThan(900)
    expect(of(40)).toBeGreaterThanOrEqual(50)
  })

  it('all slots work on a backlog', async () => {
    const waiting = { ...idle.waiting, interactive: 100 }
    const two = (await started({ active: 2, waiting }, runs(20, 100))).estimate(task())
    const ten = (await started({ active: 10, slots: 10, waiting }, runs(20, 100))).estimate(task())
    expect(two.position).toBe(100)
    expect(two.p50Ms / 5000).toBeCloseTo(1, 0)
    expect(ten.p50Ms).toBeLessThan(two.p50Ms / 4)
  })

  it('premium does not wait for others, batch waits for all', async () => {
    const estimator = await started(
      { active: 2, waiting: { premium: 1, interactive: 50, normal: 0, batch: 50 } },
      runs(20, 100),
    )
    expect(estimator.estimate(task(2, 'premium')).position).toBe(1)
    expect(estimator.estimate(task(2, 'interactive')).position).toBe(51)
    expect(estimator.estimate(task(2, 'batch')).position).toBe(101)
  })

  it('tenants take turns: many jobs of one do not delay the first of another', async () => {
    const waiting = { ...idle.waiting, interactive: 1003, batch: 40 }
    const turns = { ...idle.turns, interactive: { now: 7, last: new Map(Object.entries({ flood: 1006, few: 9 })) } }
    const estimator = await started({ active: 2, waiting, turns }, runs(20, 100))
    const positionOf = (tenant: string): number => estimator.estimate(task(2, 'interactive', tenant)).position
    expect(['new', 'few', 'flood'].map(positionOf)).toEqual([2, 7, 1003])
    estimator.accepted(task(2, 'interactive', 'new'))
    expect(['new', 'few', 'flood'].map(positionOf)).toEqual([5, 8, 1004])
    // Nearly all of the ended jobs were of the flood.
    for (let count = 0; count < 100; count++) estimator.ended({ ...task(), processingTimeMs: 100, epoch: 1 }, 100)
    expect(['new', 'flood'].map(positionOf)).toEqual([5, 904])
  })

  it('tasks accepted and ended since the last reading of the queue count', async () => {
    const estimator = await started({ active: 2 }, runs(20, 100))
    for (let count = 0; count < 30; count++) estimator.accepted(task())
    expect(estimator.estimate(task()).position).toBe(30)
    for (let count = 0; count < 10; count++) estimator.ended({ ...task(), processingTimeMs: 100, epoch: 1 }, 100)
    expect(estimator.estimate(task()).position).toBe(20)
  })

  it('learns from finished tasks', async () => {
    const estimator = await started()
    for (const run of runs(10, 300)) estimator.ended({ ...run, epoch: 1 }, 310)
    expect(estimator.estimate(task()).p50Ms).toBeLessThan(400)
  })
})

it('corrects itself until nine in ten tasks end within their p90', async () => {
  const estimator = await started({}, runs(50, 100))
  // Every task takes up to four times as long as the model predicts, evenly distributed.
  for (let count = 0; count < 2000; count++) {
    const estimate = estimator.estimate(task())
    estimator.ended({ ...task(), processingTimeMs: 100, epoch: 1, estimate }, 100 + ((count * 37) % 100) * 3)
  }
  expect(estimator.coverage.share).toBeGreaterThan(0.86)
  expect(estimator.coverage.share).toBeLessThan(0.94)
})

it('tasks that no worker processed do not count', async () => {
  for (const load of [{ workers: 0, slots: 0 }, { isPaused: true }]) {
    const estimator = await started(load, runs(20, 100))
    estimator.ended({ ...task(), processingTimeMs: 100, epoch: 1, estimate: estimator.estimate(task()) }, 3_600_000)
    expect(estimator.coverage.share).toBeUndefined()
  }
})

it('keeps the last numbers if the queue cannot be read', async () => {
  const estimator = new Estimator({
    readLoad: () => Promise.reject(new Error('away')),
    sizeOf: (source) => sizeOf(testKinds, 'image.optimize', source),
    intervalMs: 60_000,
  })
  estimator.start()
  await setImmediate()
  estimator.stop()
  expect(estimator.estimate(task())).toEqual({ p50Ms: 5000, p90Ms: 30_000, position: 0 })
})

it.each([
  [5000, 30_000, '5-30 seconds'],
  [80, 200, '1-2 seconds'],
  [1400, 1900, '1-2 seconds'],
  [40_000, 119_000, '40-119 seconds'],
  [90_000, 150_000, '1-3 minutes'],
  [3_600_000, 8 * 3_600_000, '1-8 hours'],
])('%i to %i ms reads "%s"', (p50Ms, p90Ms, text) => {
  expect(estimateText({ p50Ms, p90Ms })).toBe(text)
})
