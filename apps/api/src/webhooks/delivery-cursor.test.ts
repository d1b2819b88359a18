import { expect, it } from 'vitest'
import { formatDeliveryCursor, parseDeliveryCursor } from './delivery-cursor.ts'

const last = { createdAt: new Date(1_800_000_000_000), id: '65d4'.padEnd(24, '0') }

it('a cursor is read as it was written, and refused if it was changed', () => {
  const cursor = formatDeliveryCursor(last)
  expect(parseDeliveryCursor(cursor)).toEqual(last)
  for (const other of ['', `${cursor}A`, cursor.slice(1), `${cursor}=`])
    expect(() => parseDeliveryCursor(other)).toThrow('nextCursor')
})
