import { randomFillSync } from 'node:crypto'

const RANDOM_FROM = 6

/**
 * A new id for the task of the file at a position of the form. The ids of a batch have the order of
 * its files, whichever task is created first, even if a repeated request creates it long after the
 * others.
 */
export function batchTaskId(createdAt: Date, place: number): string {
  const id = Buffer.alloc(12)
  id.writeUInt32BE(Math.floor(createdAt.getTime() / 1000), 0)
  id.writeUInt16BE(place, 4)
  return randomFillSync(id, RANDOM_FROM).toString('hex')
}
