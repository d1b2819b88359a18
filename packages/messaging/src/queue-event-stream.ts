import type { Redis } from 'ioredis'
import type { QueueNames } from './names.ts'

/** One entry of BullMQ's event stream. Which fields an event has is up to BullMQ. */
export interface QueueEvent {
  /** Its position in the stream: the time of Redis and a sequence number, always increasing. */
  id: string
  name: string
  fields: Readonly<Record<string, string>>
}

const COUNT = 500
/**
 * How long a read waits for events before it is repeated, so that a recreated stream is noticed.
 */
const BLOCK_MS = 5000

/** One page of events, oldest first. After a full page there may be more. */
export interface QueueEventPage {
  events: QueueEvent[]
  full: boolean
}

export type QueueEventStream = ReturnType<typeof createQueueEventStream>

/**
 * Reads BullMQ's event stream page by page. BullMQ's own QueueEvents emits events as fast as Redis
 * delivers them, whether or not earlier ones have been handled; here nothing is read until the
 * caller asks for it.
 * @param redis a dedicated connection, since reads block it; the caller owns and closes it.
 */
export function createQueueEventStream(redis: Redis, { prefix, queue }: QueueNames) {
  const key = `${prefix}:${queue}:events`
  return {
    /** Returns the events after this id; waits a while if there are none. */
    async readAfter(id: string): Promise<QueueEventPage> {
      const answer = (await redis.xread('COUNT', COUNT, 'BLOCK', BLOCK_MS, 'STREAMS', key, id)) as
        | [string, [string, string[]][]][]
        | null
      const events = (answer?.[0]?.[1] ?? []).map(([eventId, list]) => eventOf(eventId, list))
      return { events, full: events.length >= COUNT }
    },
  }
}

export interface StreamEnds {
  /** The id of the oldest stored event. */
  first: string
  /** The id of the newest. */
  last: string
  /** Whether older ones have been removed. Redis counts that since version 7; before, it may always be so. */
  isTrimmed: boolean
}

/** Undefined if the stream is empty or lost. */
export async function readStreamEnds(redis: Redis, { prefix, queue }: QueueNames): Promise<StreamEnds | undefined> {
  const answer = (await redis.xinfo('STREAM', `${prefix}:${queue}:events`).catch((error: unknown) => {
    if (String(error).includes('no such key')) return []
    throw error
  })) as unknown[]
  const facts = new Map(answer.flatMap((name, index) => (index % 2 === 0 ? [[name, answer[index + 1]]] : [])))
  const idOf = (entry: string): string | undefined => (facts.get(entry) as [string] | null | undefined)?.[0]
  const [first, last] = [idOf('first-entry'), idOf('last-entry')]
  if (first === undefined || last === undefined) return undefined
  return { first, last, isTrimmed: facts.get('entries-added') !== facts.get('length') }
}

/** A stream id consists of two numbers: as text, `1-10` would come before `1-2`. */
export function compareEventIds(a: string, b: string): number {
  const [aMs = 0, aSeq = 0] = a.split('-').map(Number)
  const [bMs = 0, bSeq = 0] = b.split('-').map(Number)
  return aMs - bMs || aSeq - bSeq
}

function eventOf(id: string, list: readonly string[]): QueueEvent {
  const fields: Record<string, string> = {}
  for (let index = 0; index + 1 < list.length; index += 2) fields[list[index] as string] = list[index + 1] as string
  return { id, name: fields['event'] ?? '', fields }
}
