import { execFileSync } from 'node:child_process'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany } from '../load.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { whyNoMount } from '../small-disk.ts'
import { checkEnded } from '../watch.ts'

const DONE_MS = 20_000

/** Redis is out of memory, then a replica; finally the data folder is read-only. */
export const storesFull: Scenario = {
  name: 'fi-27',
  title: 'stores are full or read-only',
  profile: 'long',
  tasks: { quick: 40, long: 200 },
  diskBytes: 160 * 1024 * 1024,
  apiEnv: { MIN_FREE_BYTES: '0' },
  skip: whyNoMount,
  run: async (rig, tasks) => {
    const count = Math.ceil(tasks / 2)
    await whileDegraded(rig, 'OOM', count, () => rig.redis.config('SET', 'maxmemory', '1'))
    await whileDegraded(rig, 'READONLY', count, () => rig.redis.replicaof('127.0.0.1', 1))
    await whileReadOnly(rig)
  },
}

/**
 * Uploads are accepted, /health says why nothing is processed, and everything is processed once it
 * can be.
 */
async function whileDegraded(
  rig: Rig,
  reply: string,
  count: number,
  bringAbout: () => Promise<unknown>,
): Promise<void> {
  rig.fault(reply, 'redis')
  await bringAbout()
  const accepted = await uploadMany(rig.client, { count, label: reply })
  rig.check(`accepted with ${reply}`, accepted.length === count, `${accepted.length} of ${count}`)
  const health = await until(() => isSaid(`${rig.apiUrls[0]}/health`, reply), { what: 'the reason' }).catch(() => false)
  rig.check(`health gives the reason ${reply}`, health === true, String(health))
  await rig.redis.config('SET', 'maxmemory', '0')
  await rig.redis.replicaof('NO', 'ONE')
  rig.fault('well again', 'redis')
  await checkEnded(rig, `done after ${reply}`, accepted, DONE_MS)
}

async function whileReadOnly(rig: Rig): Promise<void> {
  const remount = (how: string): Promise<unknown> =>
    until(() => execFileSync('mount', ['-o', `remount,${how}`, rig.dataDir], { stdio: 'ignore' }) === null || true, {
      what: how,
    })
  rig.fault('read-only', 'storage')
  await remount('ro')
  const ready = await until(() => isSaid(`${rig.apiUrls[0]}/readyz`, 'EROFS'), { what: 'the reason' }).catch(
    () => false,
  )
  rig.check('not ready, with the reason', ready === true, String(ready))
  const answer = await rig.client.tryUpload(await pictureOf(0, 'read-only'), 'read-only', rig.apiUrls[0] ?? '')
  rig.check('uploads are refused with 503', answer.status === 503, `answered ${answer.status}`)
  await remount('rw')
  rig.fault('writable', 'storage')
  await checkEnded(
    rig,
    'done once it is writable',
    await uploadMany(rig.client, { count: 5, label: 'writable' }),
    DONE_MS,
  )
}

const isSaid = async (url: string, text: string): Promise<boolean> => (await (await fetch(url)).text()).includes(text)
