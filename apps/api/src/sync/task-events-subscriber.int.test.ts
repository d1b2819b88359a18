import { createTaskEventsPublisher } from '@darkroom/messaging'
import { uniqueName, until } from '@darkroom/testing'
import { expect, it } from 'vitest'
import { openRedis, testLog } from '../../test/start-test-api.ts'
import { completedOf, newRecord } from '../../test/task-history.ts'
import type { Send } from '../mediator.ts'
import type { TaskFeed } from '../tasks/task-feed.ts'
import type { UpdateTaskStatus } from '../tasks/update-task-status.ts'
import { TaskEventsSubscriber } from './task-events-subscriber.ts'

it('once it is drained, what comes is left to others: the stores are about to be left', async () => {
  const channel = uniqueName('events')
  const [publisher, ...subscriptions] = await Promise.all([openRedis(), openRedis(), openRedis()])
  const publish = createTaskEventsPublisher(publisher, channel, () => {})
  const feed = { changed: () => {}, progressed: () => {} } as unknown as TaskFeed
  const [first, second] = await Promise.all(
    subscriptions.map(async (redis) => {
      const heard: string[] = []
      const send = (async ({ event }: UpdateTaskStatus) => void heard.push(event.taskId)) as unknown as Send
      const subscriber = new TaskEventsSubscriber({ redis, channel, send, feed, log: testLog })
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
