import { Schema, type AnyBulkWriteOperation, type Connection, type QueryFilter } from 'mongoose'

/** A number that a photo shows, for searches. The photo's task is the truth. */
export interface Reading {
  tenant: string
  album: string | null
  /** The id of the photo's task. */
  photo: string
  number: string
  confidence: number
  /** The confidence, or 0 if the number is not on the roster: what to look at next comes first. */
  trust: number
}

/** Photos that show a number or, with `part`, a number that contains these digits. */
export type ReadingFilter = { tenant: string; album?: string | undefined; minConfidence: number } & (
  | { number: string }
  | { part: string }
)
export type ReviewFilter = { tenant: string; album: string; below: number }

/** Where a page starts: after the reading with this value and id. */
export interface After {
  value: number
  id: string
}
export type FoundReading = Reading & { id: string }

interface ReadingDocument extends Reading {
  /** The photo and the number: there is one reading of a number for each photo. */
  _id: string
  /** Parts of the number with at least two characters, and the number itself. */
  parts: string[]
  /** Of the task when this was written: an older version never overwrites a newer one. */
  rev: number
}

const readingSchema = new Schema<ReadingDocument>(
  {
    _id: String,
    tenant: String,
    album: String,
    photo: String,
    number: String,
    parts: [String],
    confidence: Number,
    trust: Number,
    rev: Number,
  },
  {
    strict: 'throw',
    strictQuery: 'throw',
    versionKey: false,
    autoIndex: false,
    autoCreate: false,
    collection: 'readings',
  },
)
// In the order of each page, so that no query sorts: a number may be in a hundred albums.
readingSchema.index({ tenant: 1, number: 1, confidence: -1, _id: 1 })
readingSchema.index({ tenant: 1, album: 1, number: 1, confidence: -1, _id: 1 })
readingSchema.index({ tenant: 1, parts: 1, confidence: -1, _id: 1 })
readingSchema.index({ tenant: 1, album: 1, parts: 1, confidence: -1, _id: 1 })
readingSchema.index({ tenant: 1, album: 1, trust: 1, _id: 1 })
readingSchema.index({ photo: 1 })

const BEST_FIRST = { confidence: -1, _id: 1 } as const
const DOUBTFUL_FIRST = { trust: 1, _id: 1 } as const
const LEAST_PART = 2
const DUPLICATE_KEY = 11_000

/** The readings of all photos in MongoDB, in the form and order in which they are searched. */
export class ReadingStore {
  readonly #readings

  constructor(connection: Connection) {
    this.#readings = connection.model<ReadingDocument>('Reading', readingSchema)
  }

  async prepare(): Promise<void> {
    await this.#readings.createIndexes()
  }

  /** Best first. */
  async find(filter: ReadingFilter, after: After | undefined, limit: number): Promise<FoundReading[]> {
    const { tenant, album, minConfidence } = filter
    const query = {
      tenant,
      ...(album !== undefined && { album }),
      ...('part' in filter ? { parts: filter.part } : { number: filter.number }),
      confidence: { $gte: minConfidence, ...(after && { $lte: after.value }) },
      ...(after && behind('confidence', { $lt: after.value }, after)),
    }
    return this.#page(query, BEST_FIRST, limit)
  }

  /** Those of an album that a person should look at, the most doubtful first. */
  async review(filter: ReviewFilter, after: After | undefined, limit: number): Promise<FoundReading[]> {
    const { tenant, album, below } = filter
    const query = {
      tenant,
      album,
      trust: { $lt: below, ...(after && { $gte: after.value }) },
      ...(after && behind('trust', { $gt: after.value }, after)),
    }
    return this.#page(query, DOUBTFUL_FIRST, limit)
  }

  /** The number of readings of an album, or of those with less trust, counted up to `atMost`. */
  async count({ tenant, album, below }: Omit<ReviewFilter, 'below'> & { below?: number }, atMost: number) {
    const query = { tenant, album, ...(below !== undefined && { trust: { $lt: below } }) }
    return this.#readings.countDocuments(query, { limit: atMost })
  }

  /**
   * Replaces the readings of a photo by those of this version of its task. Has no effect on those
   * of a later version.
   */
  async replace(photo: string, rev: number, readings: readonly Reading[]): Promise<void> {
    const writes: AnyBulkWriteOperation<ReadingDocument>[] = readings.map((reading) => ({
      updateOne: {
        filter: { _id: `${photo}.${reading.number}`, rev: { $lt: rev } },
        update: { $set: { ...reading, parts: partsOf(reading.number), rev } },
        upsert: true,
      },
    }))
    // An upsert finds its id taken by the same or a later version.
    if (writes.length > 0) await this.#readings.bulkWrite(writes, { ordered: false }).catch(ignoreTaken)
    await this.#readings.deleteMany({ photo, rev: { $lt: rev } })
  }

  /** Removes all readings of a photo. */
  async removeOf(photo: string): Promise<void> {
    await this.#readings.deleteMany({ photo })
  }

  async #page(
    query: QueryFilter<ReadingDocument>,
    sort: typeof BEST_FIRST | typeof DOUBTFUL_FIRST,
    limit: number,
  ): Promise<FoundReading[]> {
    const found = await this.#readings
      .find(query)
      .sort(sort)
      .limit(limit)
      .select({ parts: 0, rev: 0 })
      .lean<Omit<ReadingDocument, 'parts' | 'rev'>[]>()
    return found.map(({ _id: id, ...reading }) => ({ id, ...reading }))
  }
}

/** Those behind a reading. The bound of the field lets the scan of an index start there. */
const behind = (field: 'confidence' | 'trust', beyond: object, { value, id }: After) => ({
  $or: [{ [field]: beyond }, { [field]: value, _id: { $gt: id } }],
})

function partsOf(number: string): string[] {
  const parts = new Set([number])
  for (let from = 0; from < number.length; from++)
    for (let to = from + LEAST_PART; to <= number.length; to++) parts.add(number.slice(from, to))
  return [...parts]
}

function ignoreTaken(error: unknown): void {
  const { code, writeErrors = [] } = error as { code?: unknown; writeErrors?: { code?: unknown }[] }
  const codes = [writeErrors].flat().map((each) => each.code)
  if (code !== DUPLICATE_KEY || codes.some((each) => each !== DUPLICATE_KEY)) throw error
}
