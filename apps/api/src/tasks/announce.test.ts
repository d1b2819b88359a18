import type { TaskEvent } from '@darkroom/contracts'
import { expect, it } from 'vitest'
import { historyOf, newRecord } from '../../test/task-history.ts'
import { createAnnouncer } from './announce.ts'
import { cancellation, expiry, restart } from './task-steps.ts'
import type { TaskRecord } from './task.ts'

/** An announcer, and its notifications in order. */
function recorded() {
  const told: unknown[][] = []
  const announcer = createAnnouncer({
    cache: {
      taskCreated: async (...given) => void told.push(['cache: created', ...given]),
      taskChanged: async (...given) => void told.push(['cache: changed', ...given]),
    },
    publish: async ({ eventType }) => void told.push(['channel', eventType]),
    listeners: () => [(task, event) => told.push(['listener', task.id, event.eventType])],
  })
  return { told, announcer }
}

const task = newRecord({ tenant: 'mine' })
const { id } = task
const ended: TaskRecord = { ...task, status: 'completed' }
const created = { ...restart(ended, 0, 0).event, epoch: 1 }

it('a new task invalidates lists only, then is announced to listeners, then on the channel', async () => {
  const { told, announcer } = recorded()
  await announcer.announce(task, created)
  expect(told).toEqual([
    ['cache: created', 'mine'],
    ['listener', id, 'task.created'],
    ['channel', 'task.created'],
  ])
})

it.each<[string, TaskEvent]>([
  ['a restart', restart(ended, 0, 0).event],
  ['a cancellation', cancellation(task, 0).event],
  ['an expiry', expiry(ended, 0, { graceMs: 0, recordMs: 0 }).event],
  ['a final failure', historyOf(task, [{ progress: 0, end: 'failed' }]).at(-1)!],
])('%s goes to cache, listeners and channel', async (_what, event) => {
  const { told, announcer } = recorded()
  await announcer.announce(task, event)
  expect(told).toEqual([
    ['cache: changed', 'mine', id, { listed: true, task }],
    ['listener', id, event.eventType],
    ['channel', event.eventType],
  ])
})

it('events published by workers are not published again, and progress invalidates no list', async () => {
  const { told, announcer } = recorded()
  const events = historyOf(task, [
    { progress: 0, end: 'retry' },
    { progress: 1, end: 'completed' },
  ])
  for (const event of events) await announcer.announce(task, event)
  expect(told.filter(([whom]) => whom === 'channel')).toEqual([])
  const listed = told.filter(([whom]) => whom === 'cache: changed').map(([, , , change]) => change)
  expect(listed).toEqual(events.map(({ eventType }) => ({ listed: eventType !== 'task.progress', task })))
})

it('an update, a removal and a write of another process only concern readers and followers', async () => {
  const { told, announcer } = recorded()
  await announcer.announce(task)
  await announcer.announceRemoval(task)
  await announcer.announceLate(cancellation(task, 0).event)
  expect(told).toEqual([
    ['cache: changed', 'mine', id, { listed: true, task }],
    ['cache: changed', 'mine', id],
    ['cache: changed', 'mine', id, { listed: true }],
  ])
})
