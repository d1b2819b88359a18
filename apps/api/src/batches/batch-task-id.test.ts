import { expect, it } from 'vitest'
import { batchTaskId } from './batch-task-id.ts'

it('ids follow the order of the positions, whenever they are created, and never repeat', () => {
  const createdAt = new Date('2026-05-04T03:02:01Z')
  const places = Array.from({ length: 1000 }, (_, place) => place)
  const made = new Map(places.toReversed().map((place) => [place, batchTaskId(createdAt, place)]))
  const ids = places.map((place) => made.get(place)!)
  expect(ids.toSorted()).toEqual(ids)
  expect(ids.every((id) => /^[0-9a-f]{24}$/.test(id))).toBe(true)
  expect(batchTaskId(createdAt, 0)).not.toBe(ids[0])
})
