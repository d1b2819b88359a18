import type { TaskEvent, TaskEventOf } from '@darkroom/contracts'
import { until } from '@darkroom/testing'
import { Redis } from 'ioredis'
import type { Installation } from './installation.ts'

type EventType = TaskEvent['eventType']
export type EventLog = Awaited<ReturnType<typeof listen>>

/** Listens to the channel as any outside program would: a plain subscriber and JSON. */
export async function listen({ redisUrl, names }: Pick<Installation, 'redisUrl' | 'names'>) {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
  redis.on('error', () => {}) // some tests stop Redis
  const heard: TaskEvent[] = []
  redis.on('message', (_channel, message: string) => heard.push(JSON.parse(message) as TaskEvent))
  await redis.subscribe(names.channel)

  const of = (taskId: string): TaskEvent[] => heard.filter((event) => event.taskId === taskId)
  const count = (type: EventType): number => heard.filter((event) => event.eventType === type).length
  return {
    heard,
    of,
    count,
    typesOf: (taskId: string): EventType[] => of(taskId).map((event) => event.eventType),

    /** The nth event of a type about one task, as soon as it arrives. */
    event: <T extends EventType>(taskId: string, type: T, nth = 1): Promise<TaskEventOf<T>> =>
      until(() => of(taskId).filter((event): event is TaskEventOf<T> => event.eventType === type)[nth - 1], {
        what: `${type} (${nth}) of ${taskId}`,
        timeoutMs: 30_000,
      }) as Promise<TaskEventOf<T>>,

    close: (): void => redis.disconnect(),
  }
}
