import { until } from '@darkroom/testing'
import { startBalancer } from '../balancer.ts'
import type { Rig } from '../driver.ts'
import { only } from '../history.ts'
import { uploadMany } from '../load.ts'
import type { Scenario } from '../scenario.ts'
import { slowImages } from '../slow-images.ts'
import type { SupervisedProcess } from '../supervised-process.ts'

const SLICE_MS = 1500
/**
 * Five processes, two seconds each. More load would not be processed within a minute after the last
 * restart: images are slow here.
 */
const SLICES_A_ROUND = 7

/**
 * Every process is stopped and restarted, one after the other, behind a load balancer and under
 * load.
 */
export const rollingRestart: Scenario = {
  name: 'fi-21',
  title: 'rolling restart of every process under load',
  profile: 'quick',
  tasks: { quick: 100, long: 500 },
  patches: () => [slowImages({ part: 500 })],
  apiEnv: { SHUTDOWN_DELAY_MS: '1000' },
  run: async (rig, tasks) => {
    const balancer = await startBalancer(rig.apiUrls.map((url) => Number(new URL(url).port)))
    const client = rig.newClient({ urls: [balancer.url] })
    let over = false
    const rounds = rig.long ? 3 : 1
    const load = uploadUntil(() => over, client, rig, Math.ceil(tasks / (rounds * SLICES_A_ROUND)))
    for (let round = 0; round < rounds; round++)
      for (const one of [...rig.apis, ...rig.workers]) await restart(rig, one)
    over = true
    await load
    await balancer.close()
    judge(rig)
  },
}

/** Load for as long as it takes, in slices, so that every restart happens under load. */
async function uploadUntil(
  isOver: () => boolean,
  client: Rig['client'],
  { followers }: Rig,
  count: number,
): Promise<void> {
  for (let part = 0; !isOver(); part++)
    await uploadMany(client, { count, overMs: SLICE_MS, label: `part-${part}`, atOnce: 3, followers })
}

async function restart({ fault }: Rig, one: SupervisedProcess): Promise<void> {
  const old = one.pid
  fault('SIGTERM', one.name)
  one.kill('SIGTERM')
  await until(() => one.pid !== old && one.isReady, { timeoutMs: 60_000, what: `${one.name} to be back` })
}

function judge({ check, history }: Rig): void {
  const tries = only(history.entries, 'upload')
  const errors = tries.filter(({ status }) => (status ?? 0) >= 500)
  const broken = tries.filter(({ status }) => status === undefined)
  check(
    'no answer 5xx',
    errors.length === 0,
    `${errors.length} of ${tries.length} answers 5xx ${errors
      .slice(0, 3)
      .map(({ code }) => code)
      .join(' ')}; ${broken.length} connections broke`,
  )
  const stalls = only(history.entries, 'stalled').length
  check('no stalls', stalls === 0, `${stalls} jobs were handed out again`)
}
