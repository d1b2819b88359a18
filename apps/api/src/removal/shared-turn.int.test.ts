import { setTimeout as pause } from 'node:timers/promises'
import { uniqueName } from '@darkroom/testing'
import { expect, it, onTestFinished } from 'vitest'
import { openRedis } from '../../test/start-test-api.ts'
import { SharedTurn, type Pass } from './shared-turn.ts'

const WORK_MS = 120

async function startTurn(everyMs: number, pass: Pass = 'nothing to do') {
  const redis = await openRedis()
  const key = uniqueName('turn')
  onTestFinished(async () => {
    await redis.del(`${key}:lease`, `${key}:done`)
    redis.disconnect()
  })
  let done = 0
  const turn = new SharedTurn({ redis, key, everyMs })
  const work = async (): Promise<Pass> => {
    await pause(WORK_MS)
    done++
    return pass
  }
  return {
    whenDue: () => turn.whenDue(work),
    restsForMs: () => redis.pttl(`${key}:done`),
    timesDone: () => done,
  }
}

it('a search that takes longer than its interval and finds nothing is done a tenth of the time at most', async () => {
  const { whenDue, restsForMs, timesDone } = await startTurn(50)
  await whenDue()
  expect(await restsForMs()).toBeGreaterThan(8 * WORK_MS)
  await whenDue()
  expect(timesDone()).toBe(1)
})

it('where something was found, more may be due after the interval', async () => {
  const { whenDue, restsForMs } = await startTurn(500, 'something done')
  await whenDue()
  expect(await restsForMs()).toBeLessThanOrEqual(500 - WORK_MS)
})

it('work that was broken off stays due', async () => {
  const { whenDue, timesDone } = await startTurn(60_000, 'broken off')
  await whenDue()
  await whenDue()
  expect(timesDone()).toBe(2)
})

it('short work is due again after its interval', async () => {
  const { whenDue, restsForMs } = await startTurn(60_000)
  await whenDue()
  expect(await restsForMs()).toBeGreaterThan(50_000)
  expect(await restsForMs()).toBeLessThanOrEqual(60_000)
})
