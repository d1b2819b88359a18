import { expect, it } from 'vitest'
import { eachDue } from './each-due.ts'

const PAGE = 3

/** A list in which processing some items fails, and the items that were processed. */
async function work(ids: string[], isStuck: (id: string) => boolean): Promise<string[]> {
  const due = ids.map((id) => ({ id }))
  const turns: string[] = []
  for await (const { id } of eachDue(async (skip) => due.slice(skip, skip + PAGE))) {
    turns.push(id)
    if (!isStuck(id))
      due.splice(
        due.findIndex((item) => item.id === id),
        1,
      )
  }
  return turns.toSorted()
}

const ids = Array.from({ length: 26 }, (_, index) => String.fromCodePoint(97 + index))

it.each([
  ['all can be dealt with', () => false],
  ['none can', () => true],
  ['the first many cannot', (id: string) => id < 'p'],
  ['every other one cannot', (id: string) => id.codePointAt(0)! % 2 === 0],
])('each has one turn when %s', async (_what, isStuck) => {
  expect(await work(ids, isStuck)).toEqual(ids)
})
