import { deadLetterGroup, problem, taskPage, type TaskStatus } from '@darkroom/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { newRecord } from '../../test/task-history.ts'
import { startTestApi, type TestApi } from '../../test/start-test-api.ts'
import { TaskStore } from '../tasks/task-store.ts'

let api: TestApi

const minute = (count: number): Date => new Date(Date.UTC(2026, 0, 1) + count * 60_000)

async function ended(
  status: TaskStatus,
  code: string | undefined,
  createdAt: Date,
  tenant = 'default',
): Promise<string> {
  const error = code === undefined ? null : { code, message: 'For the test', retryable: false }
  const record = newRecord({
    status,
    error,
    tenant,
    createdAt,
    finishedAt: createdAt,
    nextCheckAt: null,
    dispatch: { state: 'sent' },
  })
  await new TaskStore(api.database).insert(record)
  return record.id
}

beforeAll(async () => {
  api = await startTestApi()
  for (let count = 0; count < 3; count++) await ended('failed', 'STORAGE_FULL', minute(count))
  for (let count = 3; count < 8; count++) await ended('failed', 'IMAGE_CORRUPT', minute(count))
  await ended('failed', 'IMAGE_CORRUPT', minute(20), 'somebody-else')
  for (const status of ['completed', 'cancelled', 'pending'] as const) await ended(status, undefined, minute(9))
})
afterAll(() => api.stop())

const get = (query: string) => api.agent().get(`/api/v1/dead-letters${query}`)

const list = async (query = '') => {
  const { body } = await get(query).expect(200)
  return taskPage.parse(body)
}

describe('GET /dead-letters', () => {
  it('lists the failed tasks of the tenant, newest first', async () => {
    const { items, total } = await list()
    expect(total).toBe(8)
    expect(new Set(items.map(({ status }) => status))).toEqual(new Set(['failed']))
    expect(items.map(({ createdAt }) => createdAt)).toEqual(
      items.map(({ createdAt }) => createdAt).toSorted((a, b) => (a < b ? 1 : -1)),
    )
  })

  it('by code, time and page', async () => {
    expect((await list('?code=STORAGE_FULL')).total).toBe(3)
    expect((await list('?code=NEVER_SEEN')).items).toEqual([])
    expect((await list(`?createdFrom=${minute(1.5).toISOString()}&createdTo=${minute(3.5).toISOString()}`)).total).toBe(
      2,
    )
    const first = await list('?limit=5')
    const second = await list(`?limit=5&cursor=${first.nextCursor}`)
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(8)
    expect(second.nextCursor).toBeNull()
  })

  it('counts by error, most frequent first', async () => {
    const { body } = await get('?groupBy=error').expect(200)
    expect(
      z.strictObject({ items: z.array(deadLetterGroup.strict()), isExact: z.literal(true) }).parse(body).items,
    ).toEqual([
      { code: 'IMAGE_CORRUPT', count: 5, lastFailedAt: minute(7).toISOString() },
      { code: 'STORAGE_FULL', count: 3, lastFailedAt: minute(2).toISOString() },
    ])
    const since = await get(`?groupBy=error&createdFrom=${minute(5.5).toISOString()}`)
    expect(since.body).toMatchObject({ items: [{ code: 'IMAGE_CORRUPT', count: 2 }] })
  })

  it.each([
    'status=failed',
    'code=no',
    'code=$ne',
    'groupBy=status',
    'limit=101',
    'createdFrom=yesterday',
    'groupBy=error&priority=batch',
    'cursor=x',
  ])('?%s is refused', async (query) => {
    const { status, body } = await get(`?${query}`)
    expect([status, problem.parse(body).code]).toEqual([400, 'INVALID_QUERY'])
  })
})
