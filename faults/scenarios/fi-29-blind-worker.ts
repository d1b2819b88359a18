import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { pictureOf } from '../pictures.ts'
import { findDocuments } from '../final-reads.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { checkEnded, msUntilEnded, runsOf } from '../watch.ts'

const BLIND = 'worker-2'
const UNMOUNTED = 'worker-3'
const BLIND_API = 'api-2'
const REACTION_MS = 15_000

/**
 * One worker starts with the folder of another installation, a second one loses its mount while it
 * is running. A worker that fails its jobs is always free, so it would take most of them. Then an
 * API starts with the folder of another installation, and with an empty folder.
 */
export const blindWorker: Scenario = {
  name: 'fi-29',
  title: 'one worker has the folder of another installation, and one loses its mount; then an API does',
  profile: 'quick',
  tasks: { quick: 60, long: 300 },
  envOf: (name, folder) => ([BLIND, UNMOUNTED, BLIND_API].includes(name) ? { DATA_DIR: mountOf(name, folder) } : {}),
  run: async (rig, tasks) => {
    const third = Math.round(tasks / 3)
    const first = await uploadMany(rig.client, { count: third, label: 'blind' })
    await checkEnded(rig, 'done by those who can', first, 60_000)
    rig.check('the blind worker takes nothing', runsBy(rig, BLIND) === 0, `${runsBy(rig, BLIND)} runs`)

    rig.fault('mount away', UNMOUNTED)
    const before = runsBy(rig, UNMOUNTED)
    pointTo(rig, UNMOUNTED, 'empty')
    const second = await uploadMany(rig.client, { count: third, label: 'unmounted' })
    await checkEnded(rig, 'done without the second one', second, 60_000)
    const met = runsBy(rig, UNMOUNTED) - before
    // The jobs that its two slots had at the moment of the loss, and took before the first check
    // had finished.
    rig.check('the worker without its mount stops', met <= 4, `${met} runs, 4 allowed`)

    rig.fault('both mounts are right', `${BLIND}, ${UNMOUNTED}`)
    for (const name of [BLIND, UNMOUNTED]) pointTo(rig, name, 'data')
    for (const name of [BLIND, UNMOUNTED]) {
      const idle = runsBy(rig, name)
      const works = async (): Promise<boolean> => {
        await msUntilEnded(rig, await uploadMany(rig.client, { count: 12, label: 'mounted' }), REACTION_MS)
        return runsBy(rig, name) > idle
      }
      const back = await until(works, { timeoutMs: REACTION_MS, what: `${name} to work` }).catch(() => false)
      rig.check('it starts by itself when its folder is right', back, name)
    }
    await whileApiIsBlind(rig, third)
    const tried = (await findDocuments(rig)).filter(({ attempts }) => attempts.made > 1)
    rig.check('no attempt is used up', tried.length === 0, `${tried.length} tasks have used up more than one`)
  },
}

/**
 * It accepts no uploads, and nothing is lost: neither by clients that are asked to retry, nor by
 * workers that it could stop.
 */
async function whileApiIsBlind(rig: Rig, count: number): Promise<void> {
  const api = rig.apis.find(({ name }) => name === BLIND_API)
  const url = rig.apiUrls[rig.apis.findIndex(({ name }) => name === BLIND_API)] ?? ''
  for (const target of ['other', 'empty']) {
    rig.fault(`starts with the folder ${target}`, BLIND_API)
    await api?.holdDown()
    pointTo(rig, BLIND_API, target)
    api?.letUp()
    await until(() => api?.isReady, { timeoutMs: 60_000, what: `${BLIND_API} to run` })
    const readiness = async (): Promise<string> => (await fetch(`${url}/readyz`)).text()
    const says = await until(async () => (await readiness()).includes('DATA_DIR'), { what: 'the reason' }).catch(
      () => false,
    )
    rig.check(`not ready with the folder ${target}`, says, says ? 'with the reason' : await readiness())
    const { status } = await rig.client.tryUpload(await pictureOf(0, target), `${BLIND_API}-${target}`, url)
    rig.check(`no upload is taken into the folder ${target}`, status === 503, `answered ${status}`)
    await checkEnded(
      rig,
      `done beside an API with the folder ${target}`,
      await uploadMany(rig.client, { count, label: target }),
      60_000,
    )
  }
  rig.fault('the folder is right', BLIND_API)
  pointTo(rig, BLIND_API, 'data')
  const isReady = async (): Promise<boolean> => (await fetch(`${url}/readyz`)).ok
  const back = await until(isReady, { timeoutMs: REACTION_MS, what: `${BLIND_API} to be ready` }).catch(() => false)
  rig.check('it takes uploads by itself when its folder is right', back, BLIND_API)
}

/**
 * A symbolic link takes the place of the mount: it can be redirected while the worker is running.
 */
function mountOf(name: string, folder: string): string {
  const other = join(folder, 'other')
  mkdirSync(other, { recursive: true })
  mkdirSync(join(folder, 'empty'), { recursive: true })
  writeFileSync(join(other, '.darkroom.json'), '{"installation":"another one"}')
  const path = join(folder, `mount-of-${name}`)
  symlinkSync(name === BLIND ? other : join(folder, 'data'), path)
  return path
}

function pointTo({ folder }: Rig, name: string, target: string): void {
  const path = join(folder, `mount-of-${name}`)
  symlinkSync(join(folder, target), `${path}.new`)
  renameSync(`${path}.new`, path)
}

const runsBy = (rig: Rig, name: string): number => runsOf(rig).filter(({ process }) => process === name).length
