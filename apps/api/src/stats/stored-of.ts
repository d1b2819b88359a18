import type { TaskTotals } from './task-totals.ts'

const PATIENCE_MS = 2000

/**
 * The bytes that a tenant's uploads and results take up, without those of expired tasks, and when
 * they were counted; undefined before the first count.
 */
export const createStoredOf =
  (totals: Pick<TaskTotals, 'read'>) =>
  async (tenant: string): Promise<{ bytes: number; at: string } | undefined> => {
    const counted = await totals.read(PATIENCE_MS)
    if (!counted) return undefined
    const groups = counted.groups.filter((group) => group.tenant === tenant && group.status !== 'expired')
    const bytes = groups.reduce((sum, { bytesIn, bytesOut }) => sum + bytesIn + bytesOut, 0)
    return { bytes, at: counted.at.toISOString() }
  }
