// Reads of a cached task per second with API keys, relative to the same without.
// Options: --rounds 5 --seconds 3 --connections 16
import { sampleJpeg } from '@darkroom/testing'
import { accepted } from '../test/e2e/support/client.ts'
import { createInstallation, type Installation } from '../test/e2e/support/installation.ts'
import { figureOf, type Benchmark } from './support/benchmark.ts'
import { startHelper } from './support/helper-process.ts'
import type { HttpLoad, HttpLoadOrder } from './support/http-load.ts'
import { inTurns } from './support/in-turns.ts'
import { wholeNumbers } from './support/options.ts'
import { storesOf, withServices } from './support/services.ts'
import { describeSides, measureSide, type Side } from './support/side.ts'
import { calmNote, countingRounds, undisturbedRounds } from './support/undisturbed.ts'

interface Options {
  seconds: number
  connections: number
  round: number
}

const WARM_UP_MS = 3000
const ADMIN_TOKEN = 'the-administrator-of-the-benchmark'

type Sides = Record<'keys' | 'open', Side>

export const benchmark: Benchmark = {
  async run(args) {
    const { rounds: wanted, ...options } = wholeNumbers(args, { rounds: 5, seconds: 3, connections: 16 })
    return withServices(async ({ redis, mongo, ...services }) => {
      const rounds = await undisturbedRounds(wanted, async (round) => {
        const darkroom = await createInstallation({ redisUrl: redis.url, mongoUrl: mongo.url })
        try {
          return await measureRound(darkroom, { ...options, round })
        } finally {
          await darkroom.stop()
        }
      })
      const ratios = countingRounds(rounds).map(({ measures: { keys, open } }) => keys.perSecond / open.perSecond)
      return {
        figures: [
          figureOf('cached reads of a task per second with a key, relative to those without keys', ratios, 'x', {
            atLeast: 0.8,
            goal: 0.9,
          }),
        ],
        notes: rounds.map(({ measures, calm }) => `${describeSides({ ...measures })}${calmNote(calm)}`),
        details: { options, stores: storesOf({ redis, mongo, ...services }), rounds },
      }
    })
  },
}

async function measureRound(darkroom: Installation, { seconds, connections, round }: Options): Promise<Sides> {
  const client = startHelper('http-load.ts')
  try {
    const [open, keys] = [
      await darkroom.api({ env: { ADMIN_TOKEN } }),
      await darkroom.api({ env: { ADMIN_TOKEN, AUTH: 'keys' } }),
    ]
    const { id } = await accepted(open.url, { bytes: await sampleJpeg({ width: 1200, height: 900 }) })
    const key = await createKey(open.url)
    const measure = async ({ port, pid }: { port: number; pid: number }, headers: Record<string, string>) => {
      const order: HttpLoadOrder = {
        port,
        connections,
        requests: [{ path: `/api/v1/tasks/${id}`, headers }],
        status: 200,
      }
      await client.ask<HttpLoad>({ ...order, ms: WARM_UP_MS })
      return measureSide({ api: pid, client: client.pid }, () => client.ask<HttpLoad>({ ...order, ms: seconds * 1000 }))
    }
    const [withoutKey, withKey] = await inTurns(
      round,
      () => measure(open, {}),
      () => measure(keys, { Authorization: `Bearer ${key}` }),
    )
    return { open: withoutKey, keys: withKey }
  } finally {
    await client.stop()
  }
}

async function createKey(url: string): Promise<string> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ name: 'the benchmark' })
  const answer = await fetch(`${url}/api/v1/keys`, { method: 'POST', headers, body })
  return ((await answer.json()) as { key: string }).key
}
