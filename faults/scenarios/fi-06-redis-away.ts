import { setTimeout as pause } from 'node:timers/promises'
import type { Rig } from '../driver.ts'
import { only } from '../history.ts'
import { uploadMany } from '../load.ts'
import { quantile } from '../numbers.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { allowedMs, checkEnded } from '../watch.ts'

const ANSWER_MS = 500
const DONE_MS = 15_000

/**
 * Redis is down while uploads arrive. Each is answered with a 202 immediately, and is processed
 * soon after Redis is back. A third of them is sent to both APIs at the same time with the same
 * key: without Redis, only the database can tell them apart.
 */
export const redisAway: Scenario = {
  name: 'fi-06',
  title: 'Redis is down while uploads arrive',
  profile: 'quick',
  tasks: { quick: 60, long: 100 },
  run: async (rig, tasks) => {
    let doneMs = 0
    const usual = await answerTimes(rig, async () => {
      doneMs = await allowedMs(rig, DONE_MS)
    })
    rig.fault('kill -9', 'redis')
    await rig.services.redis.kill?.('SIGKILL')
    const awayMs = rig.long ? 30_000 : 10_000
    const backAt = Date.now() + awayMs
    const accepted: string[] = []
    const away = await answerTimes(rig, async () => {
      accepted.push(
        ...(await uploadMany(rig.client, {
          count: Math.ceil((tasks * 2) / 3),
          overMs: awayMs * 0.6,
          label: 'away',
          atOnce: 3,
        })),
      )
      accepted.push(...(await uploadTwice(rig, Math.floor(tasks / 3))))
    })
    await pause(Math.max(0, backAt - Date.now()))
    rig.fault('started again', 'redis')
    await rig.services.redis.restart?.()
    await checkEnded(rig, 'done after Redis is back', accepted, doneMs)

    const [p95, allowed] = [quantile(away, 0.95) ?? 0, Math.max(ANSWER_MS, 3 * (quantile(usual, 0.95) ?? 0))]
    rig.check(
      'answered at once',
      p95 <= allowed,
      `p95 ${p95} ms without Redis, ${quantile(usual, 0.95)} ms with it; ${allowed} ms allowed`,
    )
  },
}

/** The times of the uploads that were accepted meanwhile, sorted. */
async function answerTimes({ history }: Rig, act: () => Promise<unknown>): Promise<number[]> {
  const before = history.entries.length
  await act()
  const tries = only(history.entries.slice(before), 'upload')
  return tries
    .filter(({ outcome }) => outcome === 'ok')
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b)
}

async function uploadTwice(rig: Rig, count: number): Promise<string[]> {
  const clients = rig.apiUrls.map((url) => rig.newClient({ urls: [url] }))
  const accepted: string[] = []
  for (let index = 0; index < count; index++) {
    const picture = await pictureOf(index, 'twice')
    const ids = await Promise.all(clients.map((client) => client.upload(picture, `twice-${index}`)))
    accepted.push(...ids.filter((id) => id !== undefined))
  }
  return accepted
}
