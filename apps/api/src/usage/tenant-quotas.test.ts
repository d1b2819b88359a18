import { createLogger } from '@darkroom/runtime'
import { describe, expect, it, vi } from 'vitest'
import type { AppError } from '../app-error.ts'
import { TenantQuotas, type Quotas } from './tenant-quotas.ts'

const testLog = createLogger({ name: 'test', level: 'silent' })
const NONE: Quotas = { tasksPerDay: null, bytesPerDay: null, storedBytes: null, uploads: null }
/** An hour and a half before midnight. */
const NOW = Date.parse('2026-05-04T22:30:00Z')

const refusalOf = (limits: Partial<Quotas>, bytes: number, { fails = false, log = testLog } = {}) =>
  new TenantQuotas({
    quotas: { ...NONE, ...limits },
    meter: { today: async () => (fails ? Promise.reject(new Error('away')) : { tasks: 3, bytes: 900 }) },
    storedOf: async () => ({ bytes: 5000, at: '' }),
    log,
    now: () => NOW,
  })
    .check('shop', bytes)
    .then(
      () => 'accepted',
      (error: AppError) => [error.code, error.headers['Retry-After']],
    )

describe('an upload', () => {
  it.each<[string, Partial<Quotas>, number]>([
    ['no quota', {}, 1e9],
    ['tasks left today', { tasksPerDay: 4 }, 1e9],
    ['bytes left today', { bytesPerDay: 1000 }, 100],
    ['room', { storedBytes: 5100 }, 100],
  ])('is accepted with %s', async (_what, limits, bytes) => {
    expect(await refusalOf(limits, bytes)).toBe('accepted')
  })

  it.each<[string, Partial<Quotas>, number, string]>([
    ['tasks of today', { tasksPerDay: 3 }, 0, '5400'],
    ['bytes of today', { bytesPerDay: 1000 }, 101, '5400'],
    ['room', { storedBytes: 5100 }, 101, '300'],
  ])('is refused without %s, and told when to come back', async (_what, limits, bytes, after) => {
    expect(await refusalOf(limits, bytes)).toEqual(['QUOTA_EXCEEDED', after])
  })

  it('is accepted while usage cannot be read, which is logged', async () => {
    const log = testLog.child({})
    const warn = vi.spyOn(log, 'warn')
    expect(await refusalOf({ tasksPerDay: 3 }, 0, { fails: true, log })).toBe('accepted')
    expect(warn.mock.calls).toEqual([[expect.anything(), 'usage cannot be read: quotas are not enforced']])
  })
})
