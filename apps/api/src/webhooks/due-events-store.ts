import type { Connection } from 'mongoose'
import { taskModel, toObjectId, toRecord, type TaskDocument } from '../tasks/task-model.ts'
import type { TaskRecord } from '../tasks/task.ts'

/** Losing this note costs telling the same events again, which changes nothing. */
const NOTE = { writeConcern: { w: 1, j: false } } as const

/** Tasks with events that webhooks and notifications have not been told yet. */
export class DueEventsStore {
  readonly #tasks

  constructor(connection: Connection) {
    this.#tasks = taskModel(connection)
  }

  /** Of all tenants, longest due first. */
  async due(now: Date, limit: number, skip = 0): Promise<TaskRecord[]> {
    const found = await this.#tasks
      .find({ tellDueAt: { $lte: now, $type: 'date' } })
      .sort({ tellDueAt: 1 })
      .skip(skip)
      .limit(limit)
      .lean<TaskDocument[]>()
    return found.map((document) => toRecord(document))
  }

  /** Everything up to this version of the task was told. If it has changed since, it stays due. */
  async told({ id, epoch, seq, rev }: TaskRecord): Promise<void> {
    const change = { $set: { told: { epoch, seq } }, $rename: { tellDueAt: 'tellIdleAt' } }
    await this.#tasks.updateOne({ _id: toObjectId(id), epoch, rev }, change as never, NOTE)
  }
}
