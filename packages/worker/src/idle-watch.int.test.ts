import { createQueueWorker, createQueueGauge } from '@darkroom/messaging'
import { connectRedis, createLogger } from '@darkroom/runtime'
import { until } from '@darkroom/testing'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createRig } from '../test/rig.ts'
import { watchForIdleness } from './idle-watch.ts'

const log = createLogger({ name: 'test', level: 'silent' })

/** A worker that takes no jobs, and its idle watch. */
async function watchDeafWorker() {
  const rig = await createRig()
  const redis = connectRedis(inject('redisUrl'), 'consumer', log)
  const options = {
    redis,
    names: rig.names,
    workerId: 'deaf',
    concurrency: 1,
    lockDurationMs: 1000,
    stalledIntervalMs: 1000,
  }
  const worker = createQueueWorker(() => Promise.reject(new Error('never called')), options)
  worker.on('error', () => {})
  const gauge = createQueueGauge({ redis: rig.redis, names: rig.names })
  let looks = 0
  const counted = { ...gauge, read: () => gauge.read().finally(() => looks++) }
  let givenUp = false
  let isPaused = false
  const watch = watchForIdleness({
    worker,
    gauge: counted,
    limitMs: 150,
    isPaused: () => isPaused,
    log,
    giveUp: () => (givenUp = true),
  })
  onTestFinished(async () => {
    await watch.stop()
    await worker.close(true)
    redis.disconnect()
  })
  return {
    rig,
    watch,
    isGivenUp: () => givenUp,
    looks: () => looks,
    setPaused: (paused: boolean) => (isPaused = paused),
  }
}

test('a worker that takes no jobs exits', async () => {
  const { rig, watch, isGivenUp } = await watchDeafWorker()
  await rig.submit()
  watch.start()
  await until(isGivenUp, { what: 'the decision to exit' })
})

test('a paused or empty queue is no reason to exit', async () => {
  const { rig, watch, isGivenUp, looks } = await watchDeafWorker()
  watch.start()
  await until(() => looks() > 5, { what: 'some checks of the empty queue' })
  await rig.redis.hset(`${rig.names.prefix}:${rig.names.queue}:meta`, 'paused', '1')
  await rig.submit()
  const before = looks()
  await until(() => looks() > before + 5, { what: 'some checks of the paused queue' })
  expect(isGivenUp()).toBe(false)
})

test('a paused worker does not exit; a resumed one that takes no jobs does', async () => {
  const { rig, watch, isGivenUp, looks, setPaused } = await watchDeafWorker()
  setPaused(true)
  await rig.submit()
  const startedAt = performance.now()
  watch.start()
  await until(() => performance.now() - startedAt > 600, { what: 'four times the limit' })
  expect([looks(), isGivenUp()]).toEqual([0, false])
  setPaused(false)
  await until(isGivenUp, { what: 'the decision to exit' })
})
