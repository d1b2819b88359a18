import { expect, it } from 'vitest'
import { TaskFollower } from './task-follower.ts'
import type { LogEntry, TaskRecord } from '../tasks/task.ts'

const task = (rev: number) => ({ rev }) as TaskRecord
const live = { seq: 1002 } as LogEntry
const never = new AbortController().signal

it('delivers updates that arrive before or after they are requested', async () => {
  const follower = new TaskFollower()
  follower.tell({ task: task(1) })
  expect(await follower.next(never)).toEqual({ task: task(1) })
  const asked = follower.next(never)
  follower.tell({ live })
  expect(await asked).toEqual({ live })
})

it('keeps only the latest of each kind', async () => {
  const follower = new TaskFollower()
  follower.tell({ task: task(1) })
  follower.tell({ live })
  follower.tell({ task: task(2) })
  expect(await follower.next(never)).toEqual({ task: task(2), live })
})

it('ends when its signal does', async () => {
  const leaving = new AbortController()
  const follower = new TaskFollower()
  const asked = follower.next(leaving.signal)
  leaving.abort()
  expect(await asked).toBeUndefined()
  follower.tell({ live })
  expect(await follower.next(leaving.signal)).toBeUndefined()
})
