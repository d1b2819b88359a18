import { expect, it } from 'vitest'
import { formatCursor, parseCursor } from './reading-cursor.ts'

const last = { value: 0.25, id: `${'65d4'.padEnd(24, '0')}.587` }

it('a cursor is read as it was written, and refused if it was changed', () => {
  const cursor = formatCursor(last)
  expect(parseCursor(cursor)).toEqual(last)
  for (const other of ['', `${cursor}A`, cursor.slice(1), `${cursor}=`])
    expect(() => parseCursor(other)).toThrow('nextCursor')
})
