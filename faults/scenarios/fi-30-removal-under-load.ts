import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@darkroom/testing'
import { ObjectId } from 'mongodb'
import type { Rig } from '../driver.ts'
import { findDocuments } from '../final-reads.ts'
import type { StoredTask } from '../history.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { msUntilEnded } from '../watch.ts'

const GONE_MS = 90_000
/** More than a clean-up reads at a time. */
const STUCK = 60
const NAME = 'image.jpg'
const LOOPS = 4

/**
 * Tasks expire while photos with the same name are still being uploaded, so that one with that name
 * is always running. Ahead of them in the clean-up's list are many whose files cannot be removed.
 */
export const removalUnderLoad: Scenario = {
  name: 'fi-30',
  title: 'files are removed under load, although others cannot be',
  profile: 'quick',
  tasks: { quick: 20, long: 200 },
  apiEnv: { CLEANUP_INTERVAL_MS: '1000', PURGE_GRACE_SECONDS: '0' },
  run: async (rig, tasks) => {
    const ids = await uploadDoomed(rig, tasks)
    if ((await msUntilEnded(rig, ids, 120_000)) === undefined)
      throw new Error('The tasks that are to expire did not end')
    const doomed = (await findDocuments(rig)).filter(({ id }) => ids.includes(id))
    const stuck = await insertStuck(rig)
    const load = startLoad(rig)
    await until(() => load.count() > LOOPS, { what: 'load under way' })
    rig.fault('expired under load', 'tasks', `${doomed.length}`)
    const _id = { $in: ids.map((id) => new ObjectId(id)) }
    await rig.db.collection('tasks').updateMany({ _id }, { $set: { expiresAt: new Date() } })
    await checkGone(rig, doomed)
    const uploaded = await load.stop()
    rig.check('load of the same name', uploaded > 2 * LOOPS, `${uploaded} uploads meanwhile`)
    await checkPostponed(rig, stuck)
    // A file is removed before its document says so.
    const isRemoved = async (): Promise<boolean> =>
      (await rig.db.collection('tasks').countDocuments({ _id, purgeAt: { $type: 'date' } })) === 0
    await until(isRemoved, { timeoutMs: GONE_MS, what: 'the documents to say that the files are gone' })
  },
}

/**
 * Pictures of one half of the drawings; the load uses the other half, and produces none of their
 * files.
 */
async function uploadDoomed({ client }: Rig, tasks: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < tasks; index++) {
    const id = await client.upload({ ...(await pictureOf((index % 4) + 8 * index, 'doomed')), name: NAME })
    if (id !== undefined) ids.push(id)
  }
  return ids
}

function startLoad({ client }: Rig) {
  let [count, stopped] = [0, false]
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const index = count++
      await client.upload({ ...(await pictureOf(4 + (index % 4) + 8 * index, 'live')), name: NAME })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const loops = Promise.all(Array.from({ length: LOOPS }, loop))
  return {
    count: () => count,
    stop: async () => {
      stopped = true
      await loops
      return count
    },
  }
}

/** Tasks that were deleted long ago and whose originals cannot be removed: there is no such key. */
async function insertStuck({ db }: Rig): Promise<ObjectId[]> {
  const tasks = db.collection('tasks')
  const like = await tasks.findOne({}, { projection: { _id: 0 } })
  const stuck = Array.from({ length: STUCK }, (_, index) => ({
    ...like,
    ...{ tenant: '', jobId: `stuck-${index}`, status: 'expired', files: [], originalPath: '../stuck' },
    ...{ purgeAt: new Date(index), removeAt: new Date(index) },
  }))
  for (const task of stuck) delete (task as { idempotency?: unknown }).idempotency
  return Object.values((await tasks.insertMany(stuck)).insertedIds) as unknown as ObjectId[]
}

async function checkGone({ dataDir, check }: Rig, doomed: readonly StoredTask[]): Promise<void> {
  const paths = new Set(doomed.flatMap(({ files, originalPath }) => [originalPath, ...files.map(({ path }) => path)]))
  const left = (): string[] => [...paths].filter((path) => existsSync(join(dataDir, path)))
  const startedAt = Date.now()
  const gone = await until(() => left().length === 0, {
    timeoutMs: GONE_MS,
    intervalMs: 200,
    what: 'the files to go',
  }).catch(() => false)
  check(
    'files gone',
    gone,
    `${left().length} of ${paths.size} left after ${Date.now() - startedAt} ms, ${GONE_MS} ms allowed`,
  )
}

/** They are retried, with growing delays. Then they are removed: no client ever uploaded them. */
async function checkPostponed({ db, check }: Rig, ids: readonly ObjectId[]): Promise<void> {
  const tasks = db.collection('tasks')
  const stuck = { _id: { $in: [...ids] } }
  const postponed = await tasks.countDocuments({ ...stuck, purgeAt: { $gt: new Date() } })
  check('what cannot go is put off', postponed === STUCK, `${postponed} of ${STUCK}`)
  await tasks.deleteMany(stuck)
}
