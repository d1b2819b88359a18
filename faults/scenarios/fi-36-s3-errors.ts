import { setTimeout as pause } from 'node:timers/promises'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { bucketOf, whyNoS3 } from '../faulty-bucket.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { checkAttempts, checkEnded, msUntilEnded, runsOf, switchQueue } from '../watch.ts'

const SHARE = 0.4
const DONE_MS = 40_000
/** With one job each, and with another that it was already waiting for. */
const MEETINGS_A_SLOT = 2

/**
 * The S3 server answers every request with 503, then with 500, then a part of them with either.
 * While all fail no job is taken, and no upload.
 */
export const s3Errors: Scenario = {
  name: 'fi-36',
  title: 'the S3 server answers 503 and 500 for a while, to all requests and to a part of them',
  profile: 'ci',
  inBucket: true,
  tasks: { quick: 36, long: 300 },
  skip: whyNoS3,
  run: async (rig, tasks) => {
    const { front } = bucketOf(rig)
    const forMs = rig.long ? 20_000 : 4000
    // Workers that have processed jobs: their first check would otherwise keep them from meeting it.
    await msUntilEnded(rig, await uploadMany(rig.client, { count: 6, label: 'before' }), DONE_MS)
    for (const answer of [503, 500] as const) {
      await switchQueue(rig, 'pause')
      const waiting = await uploadMany(rig.client, { count: tasks / 3, label: `all-${answer}` })
      const before = runsOf(rig).length
      rig.fault(`every answer is ${answer}`, 's3')
      front.treat = () => ({ answer })
      await switchQueue(rig, 'resume')
      await checkRefusal(rig, answer)
      await until(() => runsOf(rig).length > before, { timeoutMs: 30_000, what: 'a run that meets it' })
      await pause(forMs)
      front.restore()
      const met = runsOf(rig).length - before
      const allowed = rig.workers.length * 2 * MEETINGS_A_SLOT
      rig.check(`workers stop taking jobs at ${answer}`, met > 0 && met <= allowed, `${met} runs, ${allowed} allowed`)
      rig.fault('well again', 's3')
      await checkEnded(rig, `done after ${answer}`, waiting, DONE_MS)
    }
    rig.fault(`${SHARE * 100} % of the answers are 500 or 503`, 's3')
    front.treat = () => (rig.random() < SHARE ? { answer: rig.random() < 0.5 ? 500 : 503 } : undefined)
    const load = uploadMany(rig.client, { count: tasks / 3, overMs: forMs, label: 'some', followers: rig.followers })
    await pause(forMs * 1.5)
    front.restore()
    rig.fault('well again', 's3')
    await checkEnded(rig, 'done after some errors', await load, DONE_MS)
    await checkAttempts(rig)
  },
}

async function checkRefusal(rig: Rig, answer: number): Promise<void> {
  const uploads = rig.apiUrls.map(async (url, index) =>
    rig.client.tryUpload(await pictureOf(index, `refused-${answer}`), `refused-${answer}-${index}`, url),
  )
  const statuses = (await Promise.all(uploads)).map(({ status }) => status)
  rig.check(
    `uploads are refused with 503 at ${answer}`,
    statuses.every((status) => status === 503),
    `answered ${statuses.join(', ')}`,
  )
}
