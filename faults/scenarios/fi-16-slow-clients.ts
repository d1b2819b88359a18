import { until } from '@darkroom/testing'
import type { Rig } from '../driver.ts'
import { uploadMany, uploadTimes } from '../load.ts'
import { quantile } from '../numbers.ts'
import { pictureOf } from '../pictures.ts'
import type { Scenario } from '../scenario.ts'
import { openSlowClient, uploadStart, type SlowClient } from '../slow-clients.ts'

const [HEADERS_MS, STALL_MS, CHECK_MS] = [5000, 10_000, 5000]

/**
 * Slowloris: sockets that occasionally send a byte of a header or of a body. They are closed, and
 * other clients are not affected.
 */
export const slowClients: Scenario = {
  name: 'fi-16',
  title: 'hundreds of clients that send headers and bodies very slowly',
  profile: 'long',
  alone: true,
  tasks: { quick: 60, long: 200 },
  apiEnv: { HEADERS_TIMEOUT_MS: String(HEADERS_MS), UPLOAD_STALL_MS: String(STALL_MS) },
  run: async (rig, tasks) => {
    const usual = await p95Of(rig, () => uploadMany(rig.client, { count: tasks / 2, atOnce: 2, label: 'usual' }))
    const [heads, bodies] = rig.long ? [500, 100] : [200, 40]
    rig.fault('drip', `${heads} headers, ${bodies} bodies`)
    const { bytes } = await pictureOf(0)
    const ports = rig.apiUrls.map((url) => Number(new URL(url).port))
    const open = (count: number, start: Buffer | string, byte: string): SlowClient[] =>
      Array.from({ length: count }, (_, index) =>
        openSlowClient({ port: ports[index % ports.length] ?? 0, start, drip: { byte, everyMs: 500 } }),
      )
    const slow = [
      ...open(heads, 'GET /api/v1/tasks HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', 'a'),
      ...open(bodies, uploadStart(bytes, 20_000), '\0'),
    ]
    const during = await p95Of(rig, () => uploadMany(rig.client, { count: tasks / 2, atOnce: 2, label: 'during' }))
    rig.check(
      'others are served',
      during <= Math.max(2 * usual, 500),
      `p95 ${during} ms among ${slow.length} slow clients, ${usual} ms without`,
    )
    await checkClosed(rig, slow)
  },
}

const p95Of = async ({ history }: Rig, act: () => Promise<unknown>): Promise<number> =>
  quantile(await uploadTimes(history, act), 0.95) ?? 0

async function checkClosed({ check }: Rig, slow: readonly SlowClient[]): Promise<void> {
  const allowedMs = STALL_MS + CHECK_MS + 3000
  const open = (): number => slow.filter((client) => client.closedAfterMs() === undefined).length
  await until(() => open() === 0, { timeoutMs: allowedMs + 5000, what: 'slow clients to be closed' }).catch(() => {})
  const slowest = Math.max(...slow.map((client) => client.closedAfterMs() ?? Number.POSITIVE_INFINITY))
  check(
    'slow clients are closed',
    slowest <= allowedMs,
    `the last one after ${slowest} ms, ${allowedMs} ms allowed; ${open()} still open`,
  )
  for (const client of slow) client.destroy()
}
