import type { Collection, Document } from 'mongodb'
import type { Rig } from './driver.ts'

const COUNT = 400
/** As many as an API has in progress. */
const AT_ONCE = 16
const COPIED_AT_ONCE = 500
const SEQ = 1999

/**
 * How many results per second a bare loop of guarded updates applies to this store, on a copy of
 * its tasks: some stores take longer for each update the more documents and indexes there are.
 */
export async function bareUpdatesPerSecond({ db }: Rig): Promise<number> {
  const copy = db.collection('bare_updates')
  await copyWithIndexes(db.collection('tasks'), copy)
  const ids = await copy.find({}, { projection: { _id: 1 }, limit: COUNT }).toArray()
  const startedAt = performance.now()
  const queue = ids.values()
  const work = async (): Promise<void> => {
    for (const { _id } of queue) await copy.findOneAndUpdate(guard(_id), change(), DURABLE)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  const perSecond = (ids.length / (performance.now() - startedAt)) * 1000
  await copy.drop()
  return perSecond
}

async function copyWithIndexes(from: Collection, to: Collection): Promise<void> {
  const indexes = (await from.indexes()).filter(({ name }) => name !== '_id_')
  await to.createIndexes(indexes.map(({ v: _version, ...index }) => index))
  for (let skip = 0; ; skip += COPIED_AT_ONCE) {
    const documents = await from.find({}, { sort: { _id: 1 }, skip, limit: COPIED_AT_ONCE }).toArray()
    if (documents.length === 0) return
    await to.insertMany(documents)
  }
}

const DURABLE = { returnDocument: 'after', writeConcern: { w: 'majority', journal: true } } as const

const guard = (_id: Document['_id']): Document => ({
  _id,
  epoch: 1,
  seq: { $lt: SEQ },
  status: { $in: ['pending', 'processing'] },
})

function change(): Document {
  const at = new Date()
  const event = { seq: SEQ, epoch: 1, attempt: 1, type: 'task.completed', at }
  return {
    $set: { status: 'completed', seq: SEQ, nextCheckAt: null, finishedAt: at, expiresAt: at, updatedAt: at },
    $inc: { rev: 1 },
    $push: { log: { $each: [event], $slice: -100 } },
  }
}
