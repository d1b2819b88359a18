import { setTimeout as pause } from 'node:timers/promises'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { allowedMs, checkEnded } from '../watch.ts'

const DOWN_MS = 2000
const UNANSWERED_MS = 300
/** How a command that inserts begins: a field of type string, by its name (bsonspec.org). */
const INSERT = '\u0002insert\0'
/** The driver sends an insert without a reply once more: two of the same are lost. */
const LOST_INSERTS = 6
const DONE_MS = 30_000

/**
 * kill -9 of MongoDB again and again, and writes whose replies are lost. No 202 without a document,
 * no upload twice.
 */
export const mongoCrashes: Scenario = {
  name: 'fi-04',
  title: 'kill -9 of MongoDB, and lost replies',
  profile: 'quick',
  tasks: { quick: 80, long: 600 },
  run: async (rig, tasks) => {
    const doneMs = await allowedMs(rig, DONE_MS)
    const [kills, everyMs] = rig.long ? [6, 10_000] : [2, 6000]
    const load = uploadMany(rig.client, { followers: rig.followers, count: tasks, overMs: kills * everyMs, atOnce: 4 })
    for (let kill = 0; kill < kills; kill++) {
      await pause(everyMs / 2)
      rig.fault('answers swallowed', 'mongo')
      rig.mongoProxy.dropReplies()
      await pause(UNANSWERED_MS)
      await rig.mongoProxy.cut()
      await rig.mongoProxy.restore()
      await pause(everyMs / 4 - UNANSWERED_MS)
      rig.fault('answers to inserts lost', 'mongo')
      rig.mongoProxy.loseRepliesTo(INSERT, LOST_INSERTS)
      await Promise.all([uploadOnce(rig), pause(everyMs / 4)])
      await crash(rig)
    }
    await checkEnded(rig, 'done after the last crash', await load, doneMs)
    const lost = rig.mongoProxy.lostReplies
    rig.check(
      'inserts lost their answers',
      lost >= LOST_INSERTS,
      `${lost} of ${kills * LOST_INSERTS}, ${LOST_INSERTS} wanted`,
    )
  },
}

/**
 * Uploads of clients that do not repeat them, whatever the answer: a repeated one would bring its
 * file again.
 */
async function uploadOnce({ client, apiUrls }: Rig): Promise<void> {
  for (const [index, url] of [...apiUrls, ...apiUrls].entries())
    await client.tryUpload(await pictureOf(index, 'once'), client.newKey(), url)
}

async function crash({ fault, services }: Rig): Promise<void> {
  fault('kill -9', 'mongo')
  await services.mongo.kill?.('SIGKILL')
  await pause(DOWN_MS)
  await services.mongo.restart?.()
}
