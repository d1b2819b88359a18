import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatBatchPosition, parseBatchPosition } from './batch-position.ts'

const IDS = Array.from({ length: 100 }, (_, place) => place.toString(16).padStart(24, '0'))

it('tasks that are equally far share a run, so that positions are short', () => {
  const reached = new Map(IDS.map((id, place) => [id, { epoch: 1, seq: place < 60 ? 1998 : 0 }]))
  expect(formatBatchPosition(IDS, reached)).toMatch(/^[0-9a-f]{8}-1\.1998x60_1\.0x40$/)
})

it('whatever was reached can be read again', () => {
  const position = fc.record({
    epoch: fc.integer({ min: 1, max: 3 }),
    seq: fc.constantFrom(0, 1001, 1998, 1_000_000_001),
  })
  const some = fc.array(fc.option(position, { nil: undefined }), { minLength: 100, maxLength: 100 })
  fc.assert(
    fc.property(some, (positions) => {
      const reached = new Map(IDS.flatMap((id, place) => (positions[place] ? [[id, positions[place]] as const] : [])))
      expect(parseBatchPosition(IDS, formatBatchPosition(IDS, reached))).toEqual(reached)
    }),
  )
})

it('a position of other tasks, or none at all, is the start', () => {
  const reached = new Map([[IDS[0]!, { epoch: 1, seq: 1998 }]])
  const text = formatBatchPosition(IDS, reached)
  expect(parseBatchPosition(IDS.slice(1), text)).toEqual(new Map())
  for (const other of [undefined, '', 'nonsense', `${text.slice(0, 9)}1x9999_..`, `${text.slice(0, 9)}_`])
    expect(parseBatchPosition(IDS, other)).toEqual(new Map())
})

it('a position of any length takes no more memory than the batch has tasks', () => {
  const start = formatBatchPosition(IDS, new Map()).slice(0, 9)
  const reached = parseBatchPosition(IDS, start + Array.from({ length: 100_000 }, () => '1.1998x9999').join('_'))
  expect(reached).toEqual(new Map(IDS.map((id) => [id, { epoch: 1, seq: 1998 }])))
})
