import { until } from '@darkroom/testing'
import { ObjectId } from 'mongodb'
import { download, startDownloads } from '../downloads.ts'
import type { Rig } from '../driver.ts'
import { arm, crashHere, untilHit } from '../failpoint.ts'
import { findDocuments } from '../final-reads.ts'
import { pictureOf } from '../pictures.ts'
import { powerCuts } from '../power-cut.ts'
import type { Scenario } from '../scenario.ts'
import { msUntilEnded, runsOf } from '../watch.ts'

const POINT = 'before-purged'
/** A clean-up that died is repeated after its lock has expired and this has been noticed. */
const CLEANED_MS = 45_000
const LEAST_DOWNLOADS = 50
/** Of three workers. */
const SLOTS = 6

/**
 * Tasks expire while their files are downloaded and while others that share the files are retried.
 * An API is killed in the middle of the clean-up: the files of a task are gone, but its record does
 * not say so.
 */
export const expiry: Scenario = {
  name: 'fi-18',
  title: 'expiry races downloads and retries',
  profile: 'quick',
  tasks: { quick: 80, long: 500 },
  apiEnv: { CLEANUP_INTERVAL_MS: '250', PURGE_GRACE_SECONDS: '1' },
  patches: (flags) => [
    powerCuts('api', flags),
    {
      file: 'apps/api/src/removal/purge-task.ts',
      find: '  if (removal.complete) await',
      replace: `  ${crashHere(flags, POINT)}  if (removal.complete) await`,
    },
    // A retried task finds its files, and lists them only much later: on a busy machine the clean-up takes ten seconds.
    {
      file: 'apps/image-worker/src/process-image.ts',
      find: '  return { files: await storeVariants(storage, job, made), result',
      replace:
        '  const files = await storeVariants(storage, job, made)\n  if (job.epoch > 1) await new Promise((done) => setTimeout(done, 12_000))\n  return { files, result',
    },
  ],
  run: async (rig, tasks) => {
    const uploaded = await uploadShared(rig, tasks)
    const [first, second, live] = (['first', 'second', 'never'] as const).map((fate) =>
      uploaded.filter((one) => one.fate === fate),
    )
    if (!first || !second || !live) throw new Error('unreachable')
    const completed = new Map((await findDocuments(rig)).map((task) => [task.id, task]))
    const downloads = startDownloads(rig, [...completed.values()])
    await until(() => downloads.count().whole > LEAST_DOWNLOADS, { what: 'downloads under way' })

    rig.fault('expired', 'tasks', `${first.length}`)
    arm(rig.flags, POINT)
    await expireNow(rig, first)
    await untilHit(rig.flags, POINT, CLEANED_MS)
    rig.fault('kill -9 in the middle of a clean-up', 'api')
    await checkAllGone(rig, first.length)

    // The only tasks of their photos that stay: no other task lists the files that they are about
    // to list.
    const alone = live.filter(({ photo, id }) => live.every((other) => other.photo !== photo || other.id === id))
    const again = alone.slice(0, SLOTS).map(({ id }) => id)
    await doAgain(rig, again)
    rig.fault('expired', 'tasks', `${second.length}`)
    await expireNow(rig, second)
    await checkAllGone(rig, first.length + second.length)
    const ended = await msUntilEnded(rig, again, 30_000)
    rig.check(
      'done again meanwhile',
      ended !== undefined,
      `${again.length} tasks whose photos all others of have expired`,
    )
    judgeDownloads(rig, await downloads.stop())
    await checkLive(rig, new Set(live.map(({ id }) => id)))
  },
}

interface Uploaded {
  id: string
  photo: number
  fate: 'first' | 'second' | 'never'
}

/**
 * Ten tasks share a photo and thus its variants. Of some photos all tasks expire, of some none, of
 * some all but one.
 */
async function uploadShared(rig: Rig, tasks: number): Promise<Uploaded[]> {
  const photos = Math.ceil(tasks / 10)
  const uploaded: Uploaded[] = []
  let next = 0
  const send = async (): Promise<void> => {
    for (let index = next++; index < tasks; index = next++) {
      const photo = index % photos
      const id = await rig.client.upload(await pictureOf(photo))
      if (id !== undefined) uploaded.push({ id, photo, fate: fateOf(photo, Math.floor(index / photos)) })
    }
  }
  await Promise.all(Array.from({ length: 6 }, send))
  const ids = uploaded.map(({ id }) => id)
  if ((await msUntilEnded(rig, ids, 120_000)) === undefined) throw new Error('The tasks that are to expire did not end')
  return uploaded
}

function fateOf(photo: number, copy: number): Uploaded['fate'] {
  const expires = copy % 2 ? 'first' : 'second'
  if (photo % 4 === 0) return expires
  if (photo % 4 === 1) return 'never'
  return copy === 0 ? 'never' : expires
}

/** Retries them, and returns when all of them are running. */
async function doAgain(rig: Rig, ids: readonly string[]): Promise<void> {
  const runs = (id: string): number => runsOf(rig).filter(({ args }) => args.taskId === id).length
  const before = new Map(ids.map((id) => [id, runs(id)]))
  // The API that was killed may still be starting.
  await Promise.all(rig.apis.map((api) => api.ready()))
  for (const id of ids) {
    const { status } = await fetch(`${rig.apiUrls[0]}/api/v1/tasks/${id}/retry`, { method: 'POST' })
    if (status !== 202) rig.check('done again', false, `${id} was answered ${status}`)
  }
  const begun = (): boolean => ids.every((id) => runs(id) > (before.get(id) ?? 0))
  await until(begun, { timeoutMs: 20_000, what: 'all of them to be at work again' }).catch(() => {})
}

/** Clients cannot request less than a minute, which is too long here. */
async function expireNow({ db }: Rig, uploaded: readonly Uploaded[]): Promise<void> {
  const _id = { $in: uploaded.map(({ id }) => new ObjectId(id)) }
  await db.collection('tasks').updateMany({ _id }, { $set: { expiresAt: new Date() } })
}

async function checkAllGone({ db, check }: Rig, count: number): Promise<void> {
  const tasks = db.collection('tasks')
  const startedAt = Date.now()
  const gone = await until(
    async () => {
      // Files that a running task may come to list are checked again after a minute: this is too
      // long here as well.
      const later = { status: 'expired', purgeAt: { $gt: new Date(Date.now() + 5000) } }
      await tasks.updateMany(later, { $set: { purgeAt: new Date() } })
      return (await tasks.countDocuments({ status: 'expired', purgeAt: null })) === count
    },
    { timeoutMs: CLEANED_MS, intervalMs: 250, what: 'all files of expired tasks to be gone' },
  ).catch(() => false)
  check(
    'all expired, and their files gone',
    gone,
    `${count} tasks, after ${Date.now() - startedAt} ms, ${CLEANED_MS} ms allowed`,
  )
}

/** Their files can still be downloaded, complete. */
async function checkLive(rig: Rig, ids: ReadonlySet<string>): Promise<void> {
  const live = (await findDocuments(rig)).filter(({ id }) => ids.has(id))
  const wrong: string[] = []
  for (const task of live)
    for (const resolution of ['1024', '800'])
      if ((await download(rig.apiUrls[1] ?? '', task, resolution)) !== 'whole') wrong.push(task.id)
  rig.check(
    'no live file was removed',
    wrong.length === 0,
    `${wrong.length} of ${live.length * 2} downloads went wrong ${wrong.slice(0, 3).join(' ')}`,
  )
}

function judgeDownloads(
  { check }: Rig,
  { whole, refused, brokenOff, faults }: { whole: number; refused: number; brokenOff: number; faults: string[] },
): void {
  check(
    'no short download',
    faults.length === 0 && refused > 0,
    `${whole} whole, ${refused} refused, ${brokenOff} broken off with the API, ${faults.length} wrong ${faults.slice(0, 3).join('; ')}`,
  )
}
