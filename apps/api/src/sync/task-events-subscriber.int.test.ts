import type { TaskEvent } from '@darkroom/contracts'
import { createTaskEventsPublisher } from '@darkroom/messaging'
import { uniqueName, until } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { openRedis, testLog } from '../../test/start-test-api.ts'
import { completedOf, createdOf, historyOf, newRecord } from '../../test/task-history.ts'
import type { Send } from '../send.ts'
import { EventHistory } from '../following/event-history.ts'
import type { TaskFeed } from '../following/task-feed.ts'
import type { UpdateTaskStatus } from '../applying/update-task-status.ts'
import { TaskEventsSubscriber } from './task-events-subscriber.ts'

it('ignores events once it is drained, because the stores are about to be closed', async () => {
  const channel = uniqueName('events')
  const history = new EventHistory()
  const [publisher, ...subscriptions] = await Promise.all([openRedis(), openRedis(), openRedis()])
  const publish = createTaskEventsPublisher(publisher, channel, () => {})
  const feed = { changed: () => {}, progressed: () => {} } as unknown as TaskFeed
  const [first, second] = await Promise.all(
    subscriptions.map(async (redis) => {
      const heard: string[] = []
      const send = (async ({ event }: UpdateTaskStatus) => void heard.push(event.taskId)) as unknown as Send
      const subscriber = new TaskEventsSubscriber({
        redis,
        channel,
        send,
        feed,
        history,
        isBehind: () => false,
        log: testLog,
      })
      await subscriber.start()
      return { subscriber, heard }
    }),
  )
  const [before, after] = [newRecord(), newRecord()]
  await publish(completedOf(before))
  await until(() => first?.heard.length === 1 && second?.heard.length === 1, { what: 'the first event' })

  await first?.subscriber.drain()
  await publish(completedOf(after))
  await until(() => second?.heard.length === 2, { what: 'the second event' })
  expect(first?.heard).toEqual([before.id])
  for (const redis of [publisher, ...subscriptions]) redis.disconnect()
})

it('only forwards live progress while the event stream is catching up', async () => {
  const channel = uniqueName('events')
  const history = new EventHistory()
  const [publisher, redis] = await Promise.all([openRedis(), openRedis()])
  const publish = createTaskEventsPublisher(publisher, channel, () => {})
  const start = history.read('', undefined).next
  const heard: string[] = []
  const feed = {
    changed: () => heard.push('changed'),
    progressed: () => heard.push('progressed'),
  } as unknown as TaskFeed
  const send = (async ({ event }: UpdateTaskStatus) => void heard.push(event.eventType)) as unknown as Send
  let isBehind = true
  const subscriber = new TaskEventsSubscriber({
    redis,
    channel,
    send,
    feed,
    history,
    isBehind: () => isBehind,
    log: testLog,
  })
  await subscriber.start()
  const [, progress, completed] = historyOf(newRecord(), [{ progress: 1, end: 'completed' }])
  for (const event of [progress, completed, createdOf(newRecord())]) await publish(event as TaskEvent)
  await until(() => heard.includes('changed'), { what: 'the last event' })
  expect(heard).toEqual(['progressed', 'changed'])
  isBehind = false
  await publish(completed as TaskEvent)
  await until(() => heard.length === 3, { what: 'the event' })
  expect(heard.at(-1)).toBe('task.completed')
  const { tenant } = completed as TaskEvent
  const types = () => history.read(tenant, start).items.map(({ event }) => event.eventType)
  await until(() => types().length === 2, { what: 'both events in the history' })
  expect(types()).toEqual(['task.created', 'task.completed'])
  for (const connection of [publisher, redis]) connection.disconnect()
})

it('leaves events to the event stream if there are too many', async () => {
  const channel = uniqueName('events')
  const history = new EventHistory()
  const [publisher, redis] = await Promise.all([openRedis(), openRedis()])
  const publish = createTaskEventsPublisher(publisher, channel, () => {})
  const feed = { changed: () => (last = true), progressed: () => {} } as unknown as TaskFeed
  let last = false
  let sent = 0
  const store = Promise.withResolvers<undefined>()
  const send = (() => (sent++, store.promise)) as unknown as Send
  const subscriber = new TaskEventsSubscriber({
    redis,
    channel,
    send,
    feed,
    history,
    isBehind: () => false,
    log: testLog,
  })
  await subscriber.start()
  for (let index = 0; index < 1100; index++) void publish(completedOf(newRecord()))
  await publish(createdOf(newRecord()))
  await until(() => last, { what: 'the last event' })
  expect(sent).toBe(1000)
  store.resolve(undefined)
  await subscriber.drain()
  for (const connection of [publisher, redis]) connection.disconnect()
})
