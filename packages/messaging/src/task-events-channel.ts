import { channelEvent, type ChannelEvent, type TaskEvent } from '@darkroom/contracts'
import type { Redis } from 'ioredis'
import { subscribeJson } from './json-channel.ts'

export type PublishTaskEvent = (event: TaskEvent) => Promise<void>

/**
 * Publishes events over Redis Pub/Sub. The channel may lose messages anyway, so a failure is passed
 * to `onError` and never thrown: it must not interrupt the work that the event reports.
 */
export function createTaskEventsPublisher<Event extends ChannelEvent = TaskEvent>(
  redis: Redis,
  channel: string,
  onError: (error: unknown, event: Event) => void,
): (event: Event) => Promise<void> {
  return async (event) => {
    try {
      await redis.publish(channel, JSON.stringify(event))
    } catch (error) {
      onError(error, event)
    }
  }
}

/**
 * Calls `onEvent` for each event of a task on the channel, and `onInvalid` for each invalid
 * message. Messages published while Redis is unreachable are lost.
 * @param redis a dedicated connection; the caller owns and closes it.
 */
export async function subscribeTaskEvents(
  redis: Redis,
  channel: string,
  { onEvent, onInvalid }: { onEvent: (event: TaskEvent) => void; onInvalid: (message: string) => void },
): Promise<void> {
  const onMessage = (event: ChannelEvent): void => {
    if (event.eventType !== 'batch.completed') onEvent(event)
  }
  await subscribeJson(redis, channel, channelEvent, { onMessage, onInvalid })
}
