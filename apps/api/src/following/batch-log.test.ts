import { expect, it } from 'vitest'
import { completedOf, newRecord } from '../../test/task-history.ts'
import { entryFor, type LogEntry, type TaskRecord } from '../tasks/task.ts'
import { BatchLog } from './batch-log.ts'

const created = (at: number): LogEntry => ({
  ...{ type: 'task.created', seq: 0, epoch: 1, attempt: 0, at: new Date(at) },
  data: { kind: 'image.optimize', priority: 'batch', name: 'a' },
})

/** A task that was created at a time, and has completed at another one if it is given. */
function taskAt(createdAt: number, endedAt?: number): TaskRecord {
  const task = newRecord()
  if (endedAt === undefined) return { ...task, log: [created(createdAt)] }
  const end = { ...entryFor(completedOf(task)), at: new Date(endedAt) }
  return { ...task, status: 'completed', log: [created(createdAt), end] }
}

const newsOf = (...tasks: TaskRecord[]) => new Map(tasks.map((task) => [task.id, { task }]))

it('the events of several tasks come in the order of their time, those of one in their own', () => {
  const [one, two] = [taskAt(10, 30), taskAt(20, 5)]
  const events = new BatchLog(undefined).add(newsOf(one, two))
  expect(events.map(({ taskId, entry }) => [taskId, entry.type])).toEqual([
    [one.id, 'task.created'],
    [two.id, 'task.created'],
    [two.id, 'task.completed'],
    [one.id, 'task.completed'],
  ])
})

it('after the position of an event, those after it are left', () => {
  const tasks = [taskAt(10, 40), taskAt(20, 50), taskAt(30)]
  const log = new BatchLog(undefined)
  const events = log.add(newsOf(...tasks))
  for (const [place, event] of events.entries()) {
    const { position } = log.pass(event)
    const rest = new BatchLog(position).add(newsOf(...tasks.toReversed()))
    expect(rest).toEqual(events.slice(place + 1))
  }
})

it('is open until all tasks have ended or are deleted', () => {
  const [one, two] = [taskAt(10, 30), taskAt(20)]
  const log = new BatchLog(undefined)
  log.add(newsOf(one, two))
  expect(log.isOpen).toBe(true)
  expect(log.add(new Map([[two.id, { gone: true }]]))).toEqual([])
  expect(log.isOpen).toBe(false)
})
