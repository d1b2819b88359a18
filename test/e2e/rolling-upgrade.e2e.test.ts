import { createHash } from 'node:crypto'
import { until } from '@darkroom/testing'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { eachOf } from './support/client.ts'
import { createInstallation, type Installation } from './support/installation.ts'
import { createMix, type Stage } from './support/mixed-releases.ts'
import { OTHER_RELEASES, otherRelease } from './support/other-release.ts'

/** `UPGRADE=long`: every order from every release, with more uploads in each stage. */
const IS_LONG = process.env['UPGRADE'] === 'long'
const UPLOADS_A_STAGE = IS_LONG ? 60 : 10

const OLD: Stage = { apis: ['old'], workers: ['old'] }
const NEW: Stage = { apis: ['new'], workers: ['new'] }
const OLD_APIS: Stage = { apis: ['old'], workers: ['new'] }
const NEW_APIS: Stage = { apis: ['new'], workers: ['old'] }
const BOTH = { apis: ['old', 'new'], workers: ['old', 'new'] } as const
const workersFirst: Stage[] = [OLD, { ...OLD, workers: BOTH.workers }, OLD_APIS, { ...OLD_APIS, apis: BOTH.apis }, NEW]
const apisFirst: Stage[] = [OLD, { ...OLD, apis: BOTH.apis }, NEW_APIS, { ...NEW_APIS, workers: BOTH.workers }, NEW]
const ORDERS = {
  'workers first': workersFirst,
  'APIs first': apisFirst,
  'back, APIs first': workersFirst.toReversed(),
  'back, workers first': apisFirst.toReversed(),
  'forward and back': [...workersFirst, ...apisFirst.toReversed().slice(1)],
}
const cases = IS_LONG
  ? Object.keys(OTHER_RELEASES).flatMap((release) => Object.keys(ORDERS).map((order) => [release, order]))
  : [['0.1', 'forward and back']]

let darkroom: Installation

beforeEach(async () => {
  darkroom = await createInstallation(
    { redisUrl: inject('redisUrl'), mongoUrl: inject('mongoUrl') },
    // A release must not remove as orphans what only the other one lists.
    { WORKER_CONCURRENCY: '1', ORPHAN_AGE_MS: '10000', JANITOR_INTERVAL_MS: '1000' },
  )
})
afterEach(() => darkroom.stop())

test.for(cases as [keyof typeof OTHER_RELEASES, keyof typeof ORDERS][])(
  'beside release %s, %s: nothing is lost, failed or duplicated [S2.13]',
  { timeout: 600_000 },
  async ([release, order], { skip, onTestFinished }) => {
    const root = await otherRelease(release)
    if (root === undefined) return skip(`release ${release} is not in this clone: git fetch --unshallow`)
    const mix = createMix(darkroom, root)
    onTestFinished(() => mix.end().catch(() => {}))
    const retried = new Set<string>()
    for (const stage of ORDERS[order]) {
      await mix.goTo(stage)
      await mix.more(UPLOADS_A_STAGE)
      const reads = await mix.readAll()
      expect(reads.filter(({ status }) => status !== 200)).toEqual([])
      const done = reads.find(({ task }) => task.status === 'completed' && !retried.has(task.id))
      if (done && (await mix.retry(done.task.id)) === 202) retried.add(done.task.id)
    }
    await mix.end()
    const outcome = await outcomeOf(mix, retried)
    console.info(`${release}, ${order}: ${JSON.stringify(outcome)}`)
    expect(outcome).toEqual({
      accepted: mix.accepted.length,
      retried: retried.size,
      lost: 0,
      failed: 0,
      duplicated: 0,
      unreadable: 0,
      serverErrors: 0,
    })
    expect(mix.exits.filter(({ code }) => code !== 0)).toEqual([])
  },
)

/** What became of the tasks, once all have ended or after a minute. */
async function outcomeOf(mix: ReturnType<typeof createMix>, retried: ReadonlySet<string>) {
  const unfinished = { status: { $in: ['pending', 'processing'] } }
  await until(async () => (await darkroom.tasks.countDocuments(unfinished)) === 0, { timeoutMs: 60_000 }).catch(
    () => {},
  )
  const stored = await darkroom.tasks.find().toArray()
  const completed = new Map(
    stored.filter(({ status }) => status === 'completed').map((task) => [String(task['_id']), task]),
  )
  const twice = [...completed].filter(([id, { log }]) => {
    const ends = log.filter(({ type }) => type === 'task.completed').length
    return ends !== (retried.has(id) ? 2 : 1)
  })
  const unreadable = await eachOf(mix.accepted, 8, async (id) => ((await isReadable(mix, id)) ? 0 : 1))
  return {
    accepted: mix.accepted.length,
    retried: retried.size,
    lost: mix.accepted.filter((id) => !completed.has(id)).length,
    failed: stored.filter(({ status }) => status === 'failed').length,
    duplicated: stored.length - mix.accepted.length + twice.length,
    unreadable: unreadable.reduce<number>((sum, one) => sum + one, 0),
    serverErrors: mix.serverErrors.length,
  }
}

/** Whether every API serves the largest variant, complete. */
async function isReadable(mix: ReturnType<typeof createMix>, id: string): Promise<boolean> {
  const answers = [...(await mix.download(id)).values()]
  const checks = answers.map(async (answer) => {
    const md5 = createHash('md5')
      .update(await answer.bytes())
      .digest('hex')
    return answer.status === 200 && answer.headers.get('etag') === `"${md5}"`
  })
  return answers.length > 0 && (await Promise.all(checks)).every(Boolean)
}
