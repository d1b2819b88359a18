import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { whyNoS3 } from '../faulty-bucket.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { checkAttempts, checkEnded, runsOf } from '../watch.ts'

const WRONG = { S3_SECRET_KEY: 'not-the-secret' }
const ADVICE = 'correct S3_SECRET_KEY'
const DONE_MS = 40_000
const REACTION_MS = 20_000

/** One worker and one API start with a wrong secret; later with the right one. */
export const wrongS3Key: Scenario = {
  name: 'fi-39',
  title: 'a worker and an API have a wrong secret for the S3 server',
  profile: 'long',
  inBucket: true,
  tasks: { quick: 30, long: 200 },
  skip: whyNoS3,
  run: async (rig, tasks) => {
    const [worker, api, url] = [rig.workers[1], rig.apis[1], rig.apiUrls[1] ?? '']
    if (worker === undefined || api === undefined) throw new Error('There are too few processes')
    rig.fault('wrong secret', `${worker.name}, ${api.name}`)
    const before = runsBy(rig, worker.name)
    await Promise.all([worker, api].map((one) => one.restartWith(WRONG)))
    await until(() => worker.isReady && api.isReady, { timeoutMs: 60_000, what: 'both to run' })
    for (const { name } of [worker, api]) {
      const says = async (): Promise<boolean> =>
        (await readFile(join(rig.folder, `${name}.log`), 'utf8')).includes(ADVICE)
      const said = await until(says, { timeoutMs: REACTION_MS, what: 'the advice' }).catch(() => false)
      rig.check('it says what to do', said, `${name}: ${ADVICE}`)
    }
    const { status } = await fetch(`${url}/readyz`)
    rig.check('the API is not ready', status === 503, `${status}`)
    const refused = await rig.client.tryUpload(await pictureOf(0, 'refused'), 'refused', url)
    rig.check('no upload is taken', refused.status === 503, `answered ${refused.status}`)
    const accepted = await uploadMany(rig.client, { count: tasks, label: 'meanwhile', followers: rig.followers })
    await checkEnded(rig, 'done by those who can', accepted, DONE_MS)
    rig.check('the worker takes nothing', runsBy(rig, worker.name) === before, `${runsBy(rig, worker.name)} runs`)

    rig.fault('right secret', `${worker.name}, ${api.name}`)
    await Promise.all([worker, api].map((one) => one.restartWith({})))
    await rig.allReady()
    const works = async (): Promise<boolean> => {
      const more = await uploadMany(rig.client, { count: 6, label: 'after' })
      await checkEnded(rig, 'done by all', more, DONE_MS)
      return runsBy(rig, worker.name) > before
    }
    const back = await until(works, { timeoutMs: REACTION_MS, what: 'it to work' }).catch(() => false)
    rig.check('the worker works again', back, worker.name)
    await checkAttempts(rig)
  },
}

const runsBy = (rig: Rig, name: string): number => runsOf(rig).filter(({ process }) => process === name).length
