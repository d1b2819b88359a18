import { health, liveness, readiness } from '@darkroom/contracts'
import { json, type Operation, type Paths } from './openapi/operation.ts'

const tags = ['Watching']
const probes: Record<'health' | 'livez' | 'readyz', Omit<Operation, 'operationId'>> = {
  health: {
    tags,
    summary: 'Read which part is well',
    answers: { 200: json('Uploads are taken', health, 'ETag'), 503: json('Uploads cannot be taken', health) },
  },
  livez: { tags, summary: 'Ask whether the process answers', answers: { 200: json('It does', liveness, 'ETag') } },
  readyz: {
    tags,
    summary: 'Ask whether it may be sent requests',
    answers: { 200: json('It may', readiness, 'ETag'), 503: json('It may not', readiness) },
  },
}
const BASES = { '': '', '/api': 'Api', '/api/v1': 'ApiV1' }

/** Paths of {@link healthRoutes}, at each of its places. */
export const healthPaths: Paths = Object.fromEntries(
  Object.entries(BASES).flatMap(([base, suffix]) =>
    Object.entries(probes).map(([name, probe]) => [`${base}/${name}`, { get: { ...probe, operationId: name + suffix } }]),
  ),
)
