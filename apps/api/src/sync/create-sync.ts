import type { RedisNames, TaskQueues } from '@darkroom/messaging'
import type { Logger } from '@darkroom/runtime'
import type { Tracing } from '@darkroom/runtime/tracing'
import type { Redis } from 'ioredis'
import type { BatchStore } from '../batches/batch-store.ts'
import type { EventHistory } from '../following/event-history.ts'
import type { TaskFeed } from '../following/task-feed.ts'
import type { Send } from '../send.ts'
import type { MongoConnection } from '../mongo/create-mongo.ts'
import type { StopJob } from '../tasks/stop-job.ts'
import type { Kinds } from '../tasks/kind.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import { BatchCloser } from './batch-closer.ts'
import { CheckStore } from './check-store.ts'
import { Dispatcher } from './dispatcher.ts'
import { createListeners } from './listeners.ts'
import { QueueEventsListener } from './queue-events-listener.ts'
import { SentNotes } from './sent-notes.ts'
import { Sweeper } from './sweeper.ts'
import { TaskEventsSubscriber } from './task-events-subscriber.ts'

/** Keeps documents and queue consistent. */
export function createSync(parts: {
  env: { SWEEP_INTERVAL_MS: number; DISPATCH_LEASE_MS: number }
  redis: { producer: Redis; consumer: Redis; subscription: Redis }
  names: RedisNames
  queues: TaskQueues
  kinds: Kinds
  mongo: MongoConnection
  store: TaskStore
  batches: BatchStore
  feed: TaskFeed
  history: EventHistory
  stopJob: StopJob
  send: Send
  log: Logger
  tracing: Tracing
  now: () => number
}) {
  const { env, redis, names, queues, kinds, mongo, store, batches, feed, history, stopJob, send, log, tracing, now } =
    parts
  const checks = new CheckStore(mongo)
  const notes = new SentNotes({ checks, log, now })
  const dispatcher = new Dispatcher({ checks, queues, kinds, notes, log, tracing })
  const listeners = createListeners(
    (kind) => new QueueEventsListener({ redis: redis.consumer, queue: queues.of(kind), send, log, now }),
  )
  const { isBehind, appliedUntil } = listeners
  const subscriber = new TaskEventsSubscriber({
    redis: redis.subscription,
    channel: names.channel,
    send,
    feed,
    history,
    isBehind,
    log,
  })
  const batchCloser = new BatchCloser({ batches, send, intervalMs: env.SWEEP_INTERVAL_MS, log, now })
  const sweeper = new Sweeper({
    checks,
    store,
    queues,
    dispatcher,
    stopJob,
    send,
    events: listeners,
    intervalMs: env.SWEEP_INTERVAL_MS,
    leaseMs: env.DISPATCH_LEASE_MS,
    log,
    now,
  })
  // Tasks that became due while the queue was unreachable are dispatched as soon as it is back.
  redis.producer.on('ready', () => void sweeper.sweep())
  return {
    dispatch: dispatcher.dispatch,
    onTask: notes.taskChanged,
    appliedUntil,
    start: (): void => {
      sweeper.start()
      batchCloser.start()
    },
    /** Waits for Redis, however long it is unreachable. */
    listen: () => Promise.all([subscriber.start(), listeners.start()]),
    drain: () => dispatcher.drain(),
    stop: async (): Promise<void> => {
      await Promise.all([sweeper.stop(), batchCloser.stop()])
      // What the last sweep dispatched.
      await dispatcher.drain()
    },
    stopListening: () => Promise.all([subscriber.drain(), listeners.stop()]),
  }
}
