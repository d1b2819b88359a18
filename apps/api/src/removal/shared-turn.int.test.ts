import { setTimeout as pause } from 'node:timers/promises'
import { uniqueName } from '@darkroom/testing'
import { expect, it, onTestFinished } from 'vitest'
import { openRedis } from '../../test/start-test-api.ts'
import { SharedTurn } from './shared-turn.ts'

const WORK_MS = 120

async function startTurn(everyMs: number) {
  const redis = await openRedis()
  const key = uniqueName('turn')
  onTestFinished(async () => {
    await redis.del(`${key}:lease`, `${key}:done`)
    redis.disconnect()
  })
  let done = 0
  const turn = new SharedTurn({ redis, key, everyMs })
  const work = async (): Promise<boolean> => {
    await pause(WORK_MS)
    done++
    return true
  }
  return {
    whenDue: () => turn.whenDue(work),
    restsForMs: () => redis.pttl(`${key}:done`),
    timesDone: () => done,
  }
}

it('work that takes longer than its interval is done a tenth of the time at most', async () => {
  const { whenDue, restsForMs, timesDone } = await startTurn(50)
  await whenDue()
  expect(await restsForMs()).toBeGreaterThan(8 * WORK_MS)
  await whenDue()
  expect(timesDone()).toBe(1)
})

it('short work is due again after its interval', async () => {
  const { whenDue, restsForMs } = await startTurn(60_000)
  await whenDue()
  expect(await restsForMs()).toBeGreaterThan(50_000)
  expect(await restsForMs()).toBeLessThanOrEqual(60_000)
})
