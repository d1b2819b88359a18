import { health, liveness, readiness, type Health, type Readiness } from '@darkroom/contracts'
import { inTime } from '@darkroom/runtime'
import type { Request } from 'express'
import { credentialsOf, type Admit } from '../http/authorize.ts'
import { json } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import type { HealthChecks } from './health.ts'

const well: Health = {
  status: 'ok',
  services: { redis: true, mongo: true, queue: true, storage: true },
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

const ADMIT_MS = 1000

/** A caller whose key cannot be looked up in time may not. */
const mayReadQueues = (admit: Admit, req: Request): Promise<boolean> =>
  inTime(ADMIT_MS, () => admit('queues:read', credentialsOf(req))).then(
    () => true,
    () => false,
  )

/** Whether the service works, and nothing of what it stores or where. */
const forStrangers = ({ status, services }: Health): Health => ({
  ...{ status, services },
  ...{ pending: null, diskFreeBytes: null },
})

/** Only the service: the rest may contain addresses and paths. */
const readinessForStrangers = ({ status, reason }: Readiness): Readiness => ({
  status,
  ...(reason !== undefined && { reason: reason.replace(/:.*/s, ': see the log') }),
})

/**
 * Liveness, readiness, and health for people. Documented under one name each: they are also
 * available below /api and /api/v1.
 */
export const healthRoutes = routesOf<{ health: HealthChecks; admit: Admit }>('Monitoring', {
  'GET /health': {
    scope: 'open',
    doc: {
      operationId: 'health',
      summary: 'Get the health of each service',
      description:
        'Numbers, reasons and warnings are only for callers who may read queues; to others they are unknown. With `AUTH=off` everybody may.',
      answers: {
        200: json(
          'Uploads are accepted',
          { schema: health, examples: { 'Everything is working': well, 'Without Redis': degraded } },
          'ETag',
        ),
        503: json('Uploads are not accepted', { schema: health, examples: { 'Without MongoDB': down } }),
      },
    },
    handle:
      ({ health: checks, admit }) =>
      async (req, res) => {
        const [report, mayRead] = await Promise.all([checks.report(), mayReadQueues(admit, req)])
        res.status(report.status === 'down' ? 503 : 200).json(mayRead ? report : forStrangers(report))
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
      description:
        'The whole reason is only for callers who may read queues; others learn which service it is. With `AUTH=off` everybody may.',
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
    handle:
      ({ health: checks, admit }) =>
      async (req, res) => {
        const answer = await checks.readiness()
        const isWhole = answer.reason === undefined || (await mayReadQueues(admit, req))
        res.status(answer.status === 'ok' ? 200 : 503).json(isWhole ? answer : readinessForStrangers(answer))
      },
  },
})
