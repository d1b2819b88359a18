import { describe, expect, it } from 'vitest'
import { faultsOf } from '../../test/faults-of.ts'
import { parseInput } from '../http/input.ts'
import { downloadQuery, listQuery, taskChanges } from './task-fields.ts'

describe('the query of a list', () => {
  const query = (input: object) => parseInput(listQuery, input, 'INVALID_QUERY')

  it('has a first page of twenty', () => {
    expect(query({})).toEqual({ page: 1, limit: 20 })
  })

  it('reads times with any offset', () => {
    expect(query({ createdFrom: '2026-05-01T12:00:00+02:00' }).createdFrom).toEqual(new Date('2026-05-01T10:00:00Z'))
  })

  it.each([
    [{ createdFrom: 'yesterday' }, '/createdFrom must be a time such as 2026-01-31T00:00:00Z'],
    [
      { createdTo: '2026-05-01T12:00:00 02:00' },
      '/createdTo must be a time such as 2026-01-31T00:00:00Z, not "2026-05-01T12:00:00 02:00"; in a URL, write the + of its offset as %2B',
    ],
    [
      { createdFrom: '2026-02-01T00:00:00Z', createdTo: '2026-01-01T00:00:00Z' },
      '/createdFrom must not be after createdTo',
    ],
    [
      { status: 'done' },
      '/status must be one of pending, processing, completed, failed, cancelled, expired, not "done"',
    ],
    [
      { statuss: 'failed' },
      '/statuss is unknown; known are status, kind, priority, createdFrom, createdTo, batchId, album, code, workerId, q, page, limit, cursor',
    ],
    [{ cursor: 'x'.repeat(101) }, '/cursor must have at most 100 characters'],
  ])('%j is refused with a readable message', (input, words) => {
    expect(() => query(input)).toThrow(words)
  })

  it.each([
    ['limit', '0'],
    ['limit', '101'],
    ['page', '0'],
    ['page', 'two'],
    ['status', 'done'],
    ['createdFrom', 'yesterday'],
    ['createdTo', '2026-02-30T00:00:00Z'],
    ['createdTo', '2026-05-01'],
    ['cursor', 'x'.repeat(101)],
    ['code', 'corrupt'],
    ['code', ''],
    ['workerId', 'two words'],
    ['workerId', ''],
    ['status[$ne]', 'failed'],
  ])('%s=%s is refused', (name, value) => {
    expect(faultsOf(() => query({ [name]: value }))).toMatchObject([{ pointer: `/${name}` }])
  })
})

it('tracking parameters do not prevent a download', () => {
  const given = { resolution: '800', utm_source: 'mail', fbclid: 'x' }
  expect(parseInput(downloadQuery, given, 'INVALID_QUERY')).toEqual({ resolution: '800', disposition: 'attachment' })
})

it('no error message comes from the schema library', () => {
  const inputs = [
    ...[
      { name: 7 },
      { name: 'x'.repeat(256) },
      { metadata: 'x' },
      { ttlSeconds: null },
      { ttlSeconds: '60' },
      { other: 1 },
    ].map((input) => () => parseInput(taskChanges, input, 'INVALID_FIELD')),
    ...[{ status: 'x' }, { limit: ['1', '2'] }, { createdTo: '' }, { batchId: 'x' }, { cursor: 'x'.repeat(101) }].map(
      (input) => () => parseInput(listQuery, input, 'INVALID_QUERY'),
    ),
  ]
  for (const { detail } of inputs.flatMap(faultsOf))
    expect(detail).not.toMatch(/invalid|expected|received|unrecognized|too (big|small)|string|undefined/i)
})

describe('the changes of a task', () => {
  const change = (input: object) => parseInput(taskChanges, input, 'INVALID_FIELD')

  it('are all optional, and names are cleaned', () => {
    expect(change({})).toEqual({})
    expect(change({ name: ' a/b\u0000c.jpg', metadata: { a: { b: [1] } }, ttlSeconds: 60 })).toEqual({
      name: 'b c.jpg',
      metadata: { a: { b: [1] } },
      ttlSeconds: 60,
    })
  })

  it.each([
    ['name', ''],
    ['name', 7],
    ['name', 'x'.repeat(256)],
    ['ttlSeconds', 59],
    ['ttlSeconds', 60.5],
    ['ttlSeconds', '60'],
    ['ttlSeconds', 31_536_001],
    ['ttlSeconds', null],
    ['metadata', null],
    ['metadata', [1]],
    ['metadata', 'text'],
    ['metadata', { $set: 1 }],
    ['status', 'completed'],
    ['__proto__', 1],
  ])('%s: %j is refused with its name', (name, value) => {
    expect(faultsOf(() => change(JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value)}}`)))).toMatchObject([
      { pointer: `/${name}` },
    ])
  })
})
