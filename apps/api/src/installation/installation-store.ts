import type { Connection } from 'mongoose'
import { READ_TIMEOUT_MS } from '../mongo/connect-mongo.ts'
import { endsBefore } from '../tasks/task.ts'
import { taskModel } from '../tasks/task-model.ts'

interface InstallationDocument {
  _id: 'this'
  id: string
  createdAt: Date
}

const DUPLICATE_KEY = 11000

/** The installation that this database belongs to, and files that it expects in the data folder. */
export class InstallationStore {
  readonly #connection: Connection
  readonly #tasks

  constructor(connection: Connection) {
    this.#connection = connection
    this.#tasks = taskModel(connection)
  }

  /** Undefined in a new database, and in one created by an earlier release. */
  async find(): Promise<string | undefined> {
    return (await this.#installations.findOne({ _id: 'this' }, { maxTimeMS: READ_TIMEOUT_MS }))?.id
  }

  /** Gives the database an id unless it has one. Returns the current id: the first claim wins. */
  async claim(id: string, now: Date): Promise<string> {
    try {
      await this.#installations.insertOne({ _id: 'this', id, createdAt: now })
    } catch (error) {
      if ((error as { code?: unknown }).code !== DUPLICATE_KEY) throw error
    }
    return (await this.find()) ?? id
  }

  /**
   * Originals that must be in the data folder: of some unfinished tasks, and of some whose files
   * have not expired.
   */
  async someOriginals(limit: number): Promise<string[]> {
    const filters = [
      { nextCheckAt: { $type: 'date' as const } },
      { status: { $in: [...endsBefore('expired')] }, expiresAt: { $type: 'date' as const } },
    ]
    const found = await Promise.all(
      filters.map((filter) =>
        this.#tasks.find(filter).limit(limit).select({ originalPath: 1 }).lean<{ originalPath: string }[]>(),
      ),
    )
    return found.flat().map(({ originalPath }) => originalPath)
  }

  get #installations() {
    return this.#connection.collection<InstallationDocument>('installation')
  }
}
