import { DEFAULT_TENANT, usage, type Usage } from '@darkroom/contracts'
import type { Request } from 'express'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import { parseInput } from '../http/input.ts'
import { content, json } from '../http/openapi/operation.ts'
import { routesOf } from '../http/routes.ts'
import { tenantOf } from '../http/tenant-of.ts'
import type { Send } from '../send.ts'
import { GetUsage } from '../usage/get-usage.ts'

const DAY_MS = 24 * 3_600_000
/** Today, and the days before it. */
const DEFAULT_DAYS = 30
const MOST_DAYS = 366

const example: Usage = {
  tenant: DEFAULT_TENANT,
  days: [
    { day: '2026-05-03', tasks: 1204, bytes: 3_411_022_848 },
    { day: '2026-05-04', tasks: 310, bytes: 871_223_296 },
  ],
  stored: { bytes: 12_884_901_888, at: '2026-05-04T09:30:00.000Z' },
  quotas: { tasksPerDay: 5000, bytesPerDay: null, storedBytes: 107_374_182_400, uploads: 20 },
}

const usageQuery = z.strictObject({
  from: z.iso.date().optional().meta({ description: 'The first day, in UTC; by default 29 days before the last' }),
  to: z.iso.date().optional().meta({ description: 'The last day; by default today' }),
})

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, example.days[0]?.day.length)

function rangeOf(req: Request): { from: string; to: string } {
  const query = parseInput(usageQuery, req.query, 'INVALID_QUERY')
  const to = query.to ?? dayOf(Date.now())
  const from = query.from ?? dayOf(Date.parse(to) - (DEFAULT_DAYS - 1) * DAY_MS)
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1
  if (days >= 1 && days <= MOST_DAYS) return { from, to }
  throw new AppError('INVALID_QUERY', `\`from\` must be at most ${MOST_DAYS} days before \`to\`, and not after it.`)
}

/** Nothing in it needs quotes. */
const toCsv = ({ tenant, days }: Usage): string =>
  ['tenant,day,tasks,bytes', ...days.map(({ day, tasks, bytes }) => [tenant, day, tasks, bytes].join(','))]
    .map((line) => `${line}\r\n`)
    .join('')

/** `/api/v1/usage`: what a tenant has uploaded and stored, and its quotas. */
export const usageRoutes = routesOf<{ send: Send }>('Monitoring', {
  'GET /usage': {
    scope: 'tasks:read',
    doc: {
      operationId: 'getUsage',
      summary: 'Get the uploads of each day, what is stored, and the quotas of your tenant',
      description: 'The days are also available as CSV (`Accept: text/csv`).',
      requestParams: { query: usageQuery },
      answers: {
        200: withCsv(json('The usage', { schema: usage, examples: { 'Two days': example } }, 'ETag')),
      },
      problems: ['INVALID_QUERY'],
    },
    handle:
      ({ send }) =>
      async (req, res) => {
        const found = await send(new GetUsage(tenantOf(req), rangeOf(req)))
        res.vary('Accept')
        if (req.accepts(['json', 'csv']) === 'csv') res.type('csv').send(toCsv(found))
        else res.json(found)
      },
  },
})

function withCsv(answer: ReturnType<typeof json>): ReturnType<typeof json> {
  const { content: csv } = content('', 'text/csv', { schema: z.string(), example: toCsv(example) })
  return { ...answer, content: { ...answer.content, ...csv } }
}
