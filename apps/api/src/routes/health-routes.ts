import { health, liveness, readiness, type Health } from '@darkroom/contracts'
import { json } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import type { HealthChecks } from './health.ts'

const well: Health = {
  status: 'ok',
  services: { redis: true, mongo: true, queue: true, disk: true },
  pending: 18,
  diskFreeBytes: 214_748_364_800,
}
const degraded: Health = {
  ...well,
  status: 'degraded',
  services: { ...well.services, redis: false, queue: false },
  reasons: ['queue: took longer than 1000 ms', 'redis: took longer than 1000 ms'],
}
const down: Health = {
  ...well,
  status: 'down',
  services: { ...well.services, mongo: false },
  pending: null,
  reasons: ['mongo: took longer than 1000 ms'],
}

/**
 * Liveness, readiness, and health for people. Documented under one name each: they are also
 * available below /api and /api/v1.
 */
export const healthRoutes = routesOf<{ health: HealthChecks }>('Monitoring', {
  'GET /health': {
    scope: 'open',
    doc: {
      operationId: 'health',
      summary: 'Get the health of each service',
      answers: {
        200: json(
          'Uploads are accepted',
          { schema: health, examples: { 'Everything is working': well, 'Without Redis': degraded } },
          'ETag',
        ),
        503: json('Uploads are not accepted', { schema: health, examples: { 'Without MongoDB': down } }),
      },
    },
    handle: (deps) => async (_req, res) => {
      const report = await deps.health.report()
      res.status(report.status === 'down' ? 503 : 200).json(report)
    },
  },

  'GET /livez': {
    scope: 'open',
    doc: {
      operationId: 'livez',
      summary: 'Liveness probe',
      answers: {
        200: json('The process is alive', { schema: liveness, examples: { Alive: { status: 'ok' } } }, 'ETag'),
      },
    },
    handle: () => (_req, res) => void res.json({ status: 'ok' }),
  },

  'GET /readyz': {
    scope: 'open',
    doc: {
      operationId: 'readyz',
      summary: 'Readiness probe',
      answers: {
        200: json('Ready for requests', { schema: readiness, examples: { Ready: { status: 'ok' } } }, 'ETag'),
        503: json('Not ready', {
          schema: readiness,
          examples: {
            'Without MongoDB': { status: 'not ready', reason: 'mongo: took longer than 1000 ms' },
            Closing: { status: 'closing' },
          },
        }),
      },
    },
    handle: (deps) => async (_req, res) => {
      const answer = await deps.health.readiness()
      res.status(answer.status === 'ok' ? 200 : 503).json(answer)
    },
  },
})
