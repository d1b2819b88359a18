import { until } from '@darkroom/testing'
import { bucketOf, whyNoS3 } from '../faulty-bucket.ts'
import { readFiles } from '../final-reads.ts'
import { uploadMany } from '../load.ts'
import type { Treatment } from '../s3-front.ts'
import type { Scenario } from '../scenario.ts'
import { checkAttempts, checkEnded } from '../watch.ts'

type Harm = 'cut' | 'damaged' | 'lost'

const HARMS: Record<Harm, Treatment> = {
  cut: { atHalf: () => {} },
  damaged: { isDamaged: true },
  lost: { losesResponse: true },
}
const KINDS = Object.keys(HARMS) as Harm[]
const METHODS = ['PUT', 'GET']
/** Of the requests that carry a file, in each direction. */
const SHARE = 0.3
const DONE_MS = 60_000

/**
 * Connections to the S3 server break when half of a file has passed, bytes change on their way, and
 * the response to a request that was carried out is lost.
 */
export const halfUploads: Scenario = {
  name: 'fi-37',
  title: 'connections to the S3 server break in the middle of a file, and bytes change on their way',
  profile: 'quick',
  inBucket: true,
  tasks: { quick: 60, long: 400 },
  skip: whyNoS3,
  run: async (rig, tasks) => {
    const { front } = bucketOf(rig)
    const done = new Map<string, number>()
    front.treat = ({ method, key }) => {
      const isFile = METHODS.includes(method) && /^(storage|output)\//.test(key)
      if (!isFile || rig.random() > SHARE) return undefined
      const harm = KINDS[Math.floor(rig.random() * KINDS.length)] ?? 'cut'
      done.set(`${method} ${harm}`, (done.get(`${method} ${harm}`) ?? 0) + 1)
      return HARMS[harm]
    }
    rig.fault('half uploads, damaged bytes, lost responses', 's3', `${SHARE * 100} %`)
    const accepted = await uploadMany(rig.client, { count: tasks, followers: rig.followers })
    const isEnough = (): boolean => METHODS.every((method) => KINDS.every((harm) => done.has(`${method} ${harm}`)))
    await until(isEnough, { timeoutMs: 30_000, what: 'each harm to be done' }).catch(() => {})
    await readFiles(rig, { early: true, folder: 'output' })
    rig.check('each harm was done', isEnough(), [...done].map(([what, times]) => `${times} ${what}`).join(', '))
    front.restore()
    rig.fault('well again', 's3')
    await checkEnded(rig, 'done', accepted, DONE_MS)
    await checkAttempts(rig)
  },
}
