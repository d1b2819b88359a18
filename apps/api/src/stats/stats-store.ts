import type { TaskKind, TaskStatus } from '@darkroom/contracts'
import type { Connection } from 'mongoose'
import { taskModel } from '../tasks/task-model.ts'

export interface TaskGroup {
  kind: TaskKind
  status: TaskStatus
  count: number
  bytesIn: number
}

/** Sums over the tasks in MongoDB. It reads only. */
export class StatsStore {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** How many tasks of each kind have each status, and the bytes received for them. */
  async groups(tenant: string): Promise<TaskGroup[]> {
    const found = await this.#tasks.aggregate<Pick<TaskGroup, 'count' | 'bytesIn'> & { _id: Pick<TaskGroup, 'kind' | 'status'> }>([
      { $match: { tenant } },
      { $group: { _id: { kind: '$kind', status: '$status' }, count: { $sum: 1 }, bytesIn: { $sum: '$source.bytes' } } },
    ])
    return found.map(({ _id, ...sums }) => ({ ..._id, ...sums }))
  }

  /** Bytes in the variants of all tasks. */
  async bytesOut(tenant: string): Promise<number> {
    const stages = [
      { $match: { tenant, status: 'completed' } },
      { $unwind: '$images' },
      { $group: { _id: null, bytes: { $sum: '$images.size' } } },
    ]
    const [sum] = await this.#tasks.aggregate<{ bytes: number }>(stages)
    return sum?.bytes ?? 0
  }

  /** How long the newest completed tasks waited and ran. */
  async recentTimes(tenant: string, limit: number): Promise<{ waitMs: number | null; runMs: number | null }[]> {
    const found = await this.#tasks
      .find({ tenant, status: 'completed' })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .select({ waitMs: 1, processingTimeMs: 1 })
      .lean<{ waitMs: unknown; processingTimeMs: unknown }[]>()
    return found.map(({ waitMs, processingTimeMs }) => ({ waitMs: numberOr(waitMs), runMs: numberOr(processingTimeMs) }))
  }

  get #tasks() {
    return taskModel(this.#connection)
  }
}

const numberOr = (value: unknown): number | null => (typeof value === 'number' ? value : null)
