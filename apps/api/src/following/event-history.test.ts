import type { TaskEvent } from '@darkroom/contracts'
import { expect, it } from 'vitest'
import { EventHistory } from './event-history.ts'

const event = (seq: number, tenant = 'mine'): TaskEvent => ({
  ...{ eventType: 'task.expired', taskId: tenant, tenant, timestamp: 0, epoch: 1, attempt: 1, seq },
})
const seqsOf = ({ items }: ReturnType<EventHistory['read']>): number[] => items.map((item) => item.event.seq)

it('continues after a position, with the events of this tenant, each once', () => {
  const history = new EventHistory()
  const start = history.read('mine', undefined).next
  for (const seq of [1, 2, 2, 3]) history.add(event(seq))
  history.add(event(4, 'theirs'))
  const all = history.read('mine', start)
  expect([seqsOf(all), all.missed]).toEqual([[1, 2, 3], false])
  expect(seqsOf(history.read('mine', all.items[0]?.position))).toEqual([2, 3])
  expect(seqsOf(history.read('mine', all.next))).toEqual([])
  expect(seqsOf(history.read('theirs', start))).toEqual([4])
})

it('says if events were missed: too many, or those of another process', () => {
  const history = new EventHistory()
  const start = history.read('mine', undefined).next
  for (let seq = 0; seq < 5000; seq++) history.add(event(seq))
  expect(history.read('mine', start).missed).toBe(false)
  history.add(event(5000))
  const rest = history.read('mine', start)
  expect([rest.missed, rest.items[0]?.event.seq]).toEqual([true, 1])
  expect(history.read('mine', new EventHistory().read('mine', undefined).next).missed).toBe(true)
  expect(history.read('mine', 'nonsense').missed).toBe(true)
})

it('the events of others neither show in a position nor push out events', () => {
  const history = new EventHistory()
  const start = history.read('mine', undefined).next
  history.add(event(0))
  const { next } = history.read('mine', start)
  for (let seq = 0; seq < 6000; seq++) history.add(event(seq, 'theirs'))
  expect(history.read('mine', undefined).next).toBe(next)
  expect(history.read('mine', start)).toMatchObject({ items: [{ position: next }], missed: false })
})

it('forgets the events of the tenant that was quiet the longest when there are too many of all', () => {
  const history = new EventHistory()
  const start = history.read('mine', undefined).next
  history.add(event(0))
  const { next } = history.read('mine', start)
  for (let tenant = 0; tenant < 10; tenant++)
    for (let seq = 0; seq < 5000; seq++) history.add(event(seq, `other-${tenant}`))
  expect(history.read('mine', start)).toEqual({ items: [], next, missed: true })
  history.add(event(1))
  expect(seqsOf(history.read('mine', next))).toEqual([1])
  expect(history.read('other-9', start).items.length).toBeGreaterThan(0)
})

it('streams what is added, and ends with its signal', async () => {
  const history = new EventHistory()
  const leaving = new AbortController()
  const stream = history.follow('mine', undefined, leaving.signal)
  const first = stream.next()
  history.add(event(1, 'theirs'))
  history.add(event(2))
  expect(seqsOf((await first).value)).toEqual([2])
  const end = stream.next()
  leaving.abort()
  expect((await end).done).toBe(true)
})
