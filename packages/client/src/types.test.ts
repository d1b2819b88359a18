// Mistakes that must not compile: the check fails if one of them does.
import { createDarkroom, type DarkroomError, type EndedTask, type TaskEvent } from './index.ts'
import { expect, expectTypeOf, it } from 'vitest'

const darkroom = createDarkroom({ url: 'http://127.0.0.1:1', retries: 0 })
const file = new Blob(['a photo'])

it('tells the events of a task apart by their type', () => {
  const outcome = (event: TaskEvent): string => {
    if (event.type === 'task.completed') return String(event.data.processingTime)
    if (event.type === 'task.failed') return event.data.code
    // @ts-expect-error only failures have a code
    return event.data.code
  }
  // @ts-expect-error no event has this type
  const isDone = (event: TaskEvent): boolean => event.type === 'task.done'
  expectTypeOf<Extract<TaskEvent, { type: 'task.progress' }>['data']['percent']>().toEqualTypeOf<number>()
  expect([outcome, isDone]).toHaveLength(2)
})

it('knows the codes of errors', () => {
  const isMissing = (error: DarkroomError): boolean => error.code === 'TASK_NOT_FOUND'
  const isUnreachable = (error: DarkroomError): boolean => error.code === 'UNREACHABLE'
  // @ts-expect-error no error has this code
  const isMisspelled = (error: DarkroomError): boolean => error.code === 'TASK_NOT_FOND'
  expect([isMissing, isUnreachable, isMisspelled]).toHaveLength(3)
})

it('knows the fields of requests and responses', () => {
  const calls = [
    () => darkroom.create({ file, priority: 'premium', metadata: { album: 7 } }),
    // @ts-expect-error there is no such priority
    () => darkroom.create({ file, priority: 'urgent' }),
    // @ts-expect-error there is no such field
    () => darkroom.create({ file, quality: 85 }),
    // @ts-expect-error a task needs a file or an input
    () => darkroom.create({ name: 'beach.jpg' }),
    // @ts-expect-error there is no such filter
    () => darkroom.list({ state: 'failed' }),
    // @ts-expect-error there is no such variant
    () => darkroom.download('65d4', { resolution: '640' }),
    // @ts-expect-error there is no such route
    () => darkroom.api.GET('/api/v1/queue'),
  ]
  expectTypeOf(darkroom.createAndWait).returns.resolves.toEqualTypeOf<EndedTask>()
  expectTypeOf<EndedTask['status']>().toEqualTypeOf<'completed' | 'failed' | 'cancelled' | 'expired'>()
  expect(calls).toHaveLength(7)
})
