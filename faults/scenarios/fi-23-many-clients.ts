import { setTimeout as pause } from 'node:timers/promises'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded, checkRuns, emptyQueue, fillQueue, memoryOf, msUntilEnded, QUEUE } from '../watch.ts'

const WIDTH_PX = 320
const CONNECTIONS = 2000
const LOAD_MS = 60_000
const PATIENCE_MS = 120_000
/** However long the store takes for the results of a minute. */
const ALL_ENDED_MS = 30 * 60_000
const REST_PAUSE_MS = 30_000
const TROUBLE_AFTER_MS = 15_000
const PEAK_MIB = 400
const RESTING_MIB = 250
const SLOW_STORE_MS = 20
const DONE_MS = 60_000

/**
 * More clients than the store can keep up with: jobs finish long before their results are applied.
 * None of them may be considered lost and run again, which would produce even more results, and
 * memory must not grow with the backlog.
 */
export const manyClients: Scenario = {
  name: 'fi-23',
  title: 'more clients than the store can keep up with',
  profile: 'quick',
  tasks: { quick: 300, long: 0 },
  // All of them have one address here.
  apiEnv: { UPLOADS_PER_ADDRESS: '5000' },
  apis: 1,
  workers: 1,
  run: (rig, tasks) => (rig.long ? minuteOfLoad(rig) : finishedJobsVanish(rig, tasks)),
}

/**
 * The same on a small scale: when the store comes back, slow as under load, every task is due for a
 * check, the queue has dropped all finished jobs, and the API only learns of the results from the
 * event stream.
 */
async function finishedJobsVanish(rig: Rig, count: number): Promise<void> {
  const accepted = await fillQueue(rig, () => uploadMany(rig.client, { count, widthPx: WIDTH_PX }))
  rig.fault('away', 'mongo')
  await rig.mongoProxy.cut()
  await emptyQueue(rig, 60_000)
  rig.fault('finished jobs dropped', 'redis')
  const finished = await rig.redis.zrange(`${QUEUE}:completed`, '0', '-1')
  await rig.redis.del(['completed', ...finished].map((part) => `${QUEUE}:${part}`))
  rig.check('jobs finished unheard', finished.length >= count * 0.9, `${finished.length} of ${count}`)
  await rig.db.collection('tasks').updateMany({ nextCheckAt: { $type: 'date' } }, { $set: { nextCheckAt: new Date() } })
  rig.fault('kill -9', 'api-1')
  await rig.apis[0]?.holdDown()
  await rig.mongoProxy.restore()
  rig.mongoProxy.delay(SLOW_STORE_MS)
  rig.apis[0]?.letUp()
  await checkEnded(rig, 'results applied', accepted, DONE_MS)
  checkRuns(rig, accepted.length)
}

async function minuteOfLoad(rig: Rig, trouble: (rig: Rig) => Promise<void> = async () => {}): Promise<void> {
  const accepted: string[] = []
  // A client that gives up and retries would only add to the load that it waits for.
  const patient = rig.newClient({ answerMs: PATIENCE_MS, patienceMs: 2 * PATIENCE_MS, heedsRetryAfter: true })
  const endsAt = Date.now() + LOAD_MS
  let next = 0
  const client = async (): Promise<void> => {
    while (Date.now() < endsAt) {
      const taskId = await patient.upload(await pictureOf(next++, 'load', WIDTH_PX))
      if (taskId !== undefined) accepted.push(taskId)
    }
  }
  await Promise.all([trouble(rig), ...Array.from({ length: CONNECTIONS }, client)])
  const ms = await msUntilEnded(rig, accepted, ALL_ENDED_MS)
  rig.check(
    'all ended',
    ms !== undefined,
    `${accepted.length} accepted; the last one ended ${ms === undefined ? 'not at all' : `${(ms / 60_000).toFixed(1)} min`} after the load`,
  )
  checkRuns(rig, accepted.length)
  await pause(REST_PAUSE_MS)
  const { nowMib, mostMib } = await memoryOf(rig.apis[0]?.pid)
  rig.check('memory under load', mostMib < PEAK_MIB, `${mostMib} MiB at most, ${PEAK_MIB} allowed`)
  rig.check('memory at rest', nowMib < RESTING_MIB, `${nowMib} MiB, ${RESTING_MIB} allowed`)
}

const troubledLoad = (name: string, title: string, trouble: (rig: Rig) => Promise<void>): Scenario => ({
  ...manyClients,
  name,
  title: `2,000 clients, and ${title}`,
  profile: 'long',
  run: (rig) => minuteOfLoad(rig, trouble),
})

export const manyClientsMongoKilled = troubledLoad(
  'fi-32',
  'MongoDB is killed and comes back a minute later',
  async ({ fault, services }) => {
    await pause(TROUBLE_AFTER_MS)
    fault('kill -9', 'mongo')
    await services.mongo.kill?.('SIGKILL')
    await pause(60_000)
    fault('started again', 'mongo')
    await services.mongo.restart?.()
  },
)

export const manyClientsSilentRedis = troubledLoad(
  'fi-33',
  'Redis does not respond for 30 s',
  async ({ fault, services }) => {
    const { pid } = services.redis
    if (pid === undefined) throw new Error('This Redis is not a process of ours and cannot be frozen')
    await pause(TROUBLE_AFTER_MS)
    fault('SIGSTOP', 'redis', '30000 ms')
    process.kill(pid, 'SIGSTOP')
    await pause(30_000).finally(() => process.kill(pid, 'SIGCONT'))
  },
)
