import { channelEvent, type ChannelEvent, type TaskEvent } from '@darkroom/contracts'
import type { Redis } from 'ioredis'
import { subscribeJson } from './json-channel.ts'

export type PublishTaskEvent = (event: TaskEvent) => Promise<void>

/**
 * Publishes events over Redis Pub/Sub. The channel is a fast projection that may lose messages, so
 * a failure is told to `onError` and never thrown: it must not break the work that it reports.
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
 * Calls `onEvent` for each event of a task on the channel; what is none of ours is told to
 * `onInvalid`. What is published while Redis is away is lost.
 * @param redis a connection used for nothing else; the caller owns and closes it.
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
