import type { Health } from '@darkroom/contracts'
import { inTime, type Logger } from '@darkroom/runtime'
import type { Router } from 'express'
import { routesOf } from './routes.ts'

/** What the probes ask. Each answers within `PROBE_MS` or counts as failed. */
export interface Probes {
  redis: () => Promise<unknown>
  mongo: () => Promise<unknown>
  queue: () => Promise<unknown>
  freeBytes: () => Promise<number>
  pending: () => Promise<number>
  /** What works now and will fail some day: sentences that say what to do. */
  warnings: () => Promise<string[]>
}

export interface HealthDeps {
  probes: Probes
  minFreeBytes: number
  isClosing: () => boolean
  log: Logger
}

const PROBE_MS = 1000

/** Liveness, readiness, and health for people: which part is down, and what is still possible without it. */
export function healthRoutes({ probes, minFreeBytes, isClosing, log }: HealthDeps): Router {
  const alive = (name: string, probe: () => Promise<unknown>): Promise<boolean> =>
    inTime(PROBE_MS, probe).then(
      () => true,
      (error: unknown) => {
        log.debug({ probe: name, err: error }, 'probe failed')
        return false
      },
    )

  const report = async (): Promise<Health> => {
    const [redis, mongo, queue, diskFreeBytes, pending, warnings] = await Promise.all([
      alive('redis', probes.redis),
      alive('mongo', probes.mongo),
      alive('queue', probes.queue),
      inTime(PROBE_MS, probes.freeBytes).catch(() => null),
      inTime(PROBE_MS, probes.pending).catch(() => null),
      inTime(PROBE_MS, probes.warnings).catch(() => []),
    ])
    const disk = diskFreeBytes !== null && diskFreeBytes >= minFreeBytes
    const services = { redis, mongo, queue, disk }
    // Without Redis uploads are still taken and reads still answered; without the store or room on the disk they are not.
    const status = !mongo || !disk ? 'down' : redis && queue ? 'ok' : 'degraded'
    return { status, services, pending: mongo ? pending : null, diskFreeBytes, ...(warnings.length > 0 && { warnings }) }
  }

  return routesOf({
    '/health': {
      get: async (_req, res) => {
        const health = await report()
        res.status(health.status === 'down' ? 503 : 200).json(health)
      },
    },
    '/livez': { get: (_req, res) => void res.json({ status: 'ok' }) },
    '/readyz': {
      get: async (_req, res) => {
        const ready = !isClosing() && (await alive('mongo', probes.mongo))
        res.status(ready ? 200 : 503).json({ status: ready ? 'ok' : isClosing() ? 'closing' : 'not ready' })
      },
    },
  })
}
