import { setTimeout as pause } from 'node:timers/promises'
import type { Rig } from '../driver.ts'
import { bucketOf, whyNoS3 } from '../faulty-bucket.ts'
import { uploadMany } from '../load.ts'
import { only } from '../history.ts'
import type { Scenario } from '../scenario.ts'
import { checkAttempts, checkEnded, switchQueue } from '../watch.ts'

const LATE_MS = 5000
/** Longer than the scenario. */
const SILENT_MS = 600_000
const FOR_MS = 45_000
const READ_MS = 2000
const DONE_MS = 60_000

/** Every response of the S3 server takes 5 s. Later there is none at all, while connections stay open. */
export const slowS3: Scenario = {
  name: 'fi-35',
  title: 'every response of the S3 server takes 5 s; then it is silent',
  profile: 'long',
  inBucket: true,
  tasks: { quick: 40, long: 120 },
  skip: whyNoS3,
  run: async (rig, tasks) => {
    const { front } = bucketOf(rig)
    const patient = rig.newClient({ answerMs: 40_000, patienceMs: 90_000 })
    for (const [fault, lateMs] of [
      ['slow', LATE_MS],
      ['silent', SILENT_MS],
    ] as const) {
      await switchQueue(rig, 'pause')
      const waiting = await uploadMany(patient, { count: tasks / 4, label: `before ${fault}` })
      rig.fault(fault, 's3', `${lateMs} ms`)
      const since = rig.history.entries.length
      front.treat = () => ({ lateMs })
      await switchQueue(rig, 'resume')
      const load = uploadMany(patient, { count: tasks / 4, label: fault })
      await pause(FOR_MS)
      await checkReads(rig, fault)
      front.restore()
      rig.fault('fast again', 's3')
      await checkEnded(rig, `done after it was ${fault}`, [...waiting, ...(await load)], DONE_MS)
      const statuses = only(rig.history.entries.slice(since), 'upload').map(({ status = 0 }) => status)
      const refused = statuses.filter((status) => status === 503).length
      const others = statuses.filter((status) => ![0, 202, 503].includes(status))
      rig.check(
        `uploads while it is ${fault}: accepted, refused with 503, or still waiting`,
        others.length === 0,
        `${statuses.length} responses, ${refused} of them 503, others ${others.join(' ') || 'none'}`,
      )
    }
    await checkAttempts(rig)
  },
}

/** What does not need a file is not held up. */
async function checkReads(rig: Rig, fault: string): Promise<void> {
  const startedAt = Date.now()
  await Promise.all(rig.apiUrls.map((url) => fetch(`${url}/api/v1/tasks?limit=10`).then((answer) => answer.text())))
  const ms = Date.now() - startedAt
  rig.check(`lists are served while it is ${fault}`, ms <= READ_MS, `after ${ms} ms, ${READ_MS} ms allowed`)
}
