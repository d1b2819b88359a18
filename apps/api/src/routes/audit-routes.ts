import { auditPage, DEFAULT_TENANT, type AuditEntry } from '@darkroom/contracts'
import { z } from 'zod'
import { ListAudit } from '../audit/list-audit.ts'
import { parseInput } from '../http/input.ts'
import { json } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'

const example: AuditEntry = {
  id: '69f8683a2ac94b10d7e3f0aa',
  at: '2026-05-04T09:35:00.000Z',
  tenant: DEFAULT_TENANT,
  keyId: '5f2b90c1d4e7a836',
  address: '192.0.2.7',
  action: 'POST /api/v1/queues/:name/pause',
  path: '/api/v1/queues/image-processing/pause',
  request: null,
  result: null,
  status: 200,
}

const auditQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50).meta({ description: 'Entries per page' }),
  cursor: z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'must be the nextCursor of a page')
    .optional()
    .meta({ description: '`nextCursor` of the page before' }),
})

/** `/api/v1/audit`: there is no way to change an entry. */
export const auditRoutes = routesOf<{ send: Send }>('Keys', {
  'GET /audit': {
    scope: 'keys:admin',
    doc: {
      operationId: 'listAudit',
      summary: 'List what administrators did in the last 90 days, newest first',
      description: 'Administrators of the default tenant see the acts of all tenants, others those of their own.',
      requestParams: { query: auditQuery },
      answers: {
        200: json(
          'A page of the audit log',
          { schema: auditPage, examples: { 'A paused queue': { items: [example], nextCursor: null } } },
          'ETag',
        ),
      },
      problems: ['INVALID_QUERY'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const { limit, cursor } = parseInput(auditQuery, req.query, 'INVALID_QUERY')
        res.set('Cache-Control', 'no-store').json(await send(new ListAudit(tenantOf(req), { limit, cursor })))
      },
  },
})
