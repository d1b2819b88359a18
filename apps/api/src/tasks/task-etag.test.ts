import { expect, it } from 'vitest'
import { newRecord, testViews } from '../../test/task-history.ts'
import { allowsChange, etagOf, isKnown } from './task-etag.ts'

const task = newRecord({ metadata: { a: 1 } })

it('is a strong tag that is equal for equal states, cached or not', () => {
  const view = testViews.task(task)
  expect(etagOf(view)).toMatch(/^"[\w-]{27}"$/)
  expect(etagOf(JSON.parse(JSON.stringify(view)))).toBe(etagOf(view))
})

it('changes with anything that clients see', () => {
  const states = [
    task,
    { ...task, name: 'b.jpg' },
    { ...task, metadata: { a: 2 } },
    { ...task, epoch: 2 },
    { ...task, updatedAt: new Date(1) },
  ]
  expect(new Set(states.map((state) => etagOf(testViews.task(state)))).size).toBe(states.length)
})

it.each([
  [undefined, true],
  ['*', true],
  ['"a"', true],
  ['"b", "a"', true],
  ['"b"', false],
  ['W/"a"', false],
  ['', false],
])('If-Match: %s allows a change: %s', (header, allowed) => {
  expect(allowsChange(header, '"a"')).toBe(allowed)
})

it.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
  ['', false],
])('If-None-Match: %s', (header, known) => {
  expect(isKnown(header, '"a"')).toBe(known)
})
