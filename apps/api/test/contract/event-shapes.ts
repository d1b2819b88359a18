// The shapes of a task's events, a second definition by hand like shapes.ts.
import { z } from 'zod'
import { code, count, image, milliseconds, priorities, text, thumbFile, time } from './shapes.ts'

const run = { workerId: text, startedAt: count, waitMs: milliseconds, attempts: count }
const fault = { error: text, code, retryable: z.boolean() }

const event = <Type extends string>(type: Type, data: z.core.$ZodLooseShape) =>
  z.strictObject({
    seq: count,
    epoch: z.int().min(1),
    attempt: count,
    type: z.literal(type),
    at: time,
    data: z.strictObject(data),
  })

const taskEvent = z.discriminatedUnion('type', [
  event('task.created', { kind: z.literal('image.optimize'), priority: z.enum(priorities), name: text }),
  event('task.processing', run),
  event('task.progress', { ...run, stage: text, percent: z.number().min(0).max(100) }),
  event('task.completed', {
    ...run,
    images: z.array(image).min(1),
    thumb: thumbFile.optional(),
    processingTime: milliseconds,
  }),
  event('task.retry', { ...run, ...fault, nextAt: count }),
  event('task.failed', {
    ...fault,
    attempts: count,
    willRetry: z.literal(false),
    startedAt: count.nullable(),
    waitMs: milliseconds.nullable(),
    workerId: text.nullable(),
  }),
  event('task.cancelled', { attempts: count }),
  event('task.expired', {}),
])

/** The latest events of all tasks. */
export const eventPage = z.strictObject({
  items: z.array(z.strictObject({ taskId: text, event: z.unknown() })),
  next: z.string().regex(/^[0-9a-f]{12}-\d+$/),
  missed: z.boolean(),
})

const batchPosition = /^[0-9a-f]{8}-(\d+\.\d+(x\d+)?(_|$))+$/

/** The events of the tasks of a batch. */
export const batchEventPage = z.strictObject({
  items: z.array(z.strictObject({ taskId: text, event: taskEvent })),
  next: z.string().regex(batchPosition),
})

/** A log that contains an event of this type. */
export const logWith = (type: string) =>
  z
    .strictObject({ items: z.array(taskEvent) })
    .refine(({ items }) => items.some((one) => one.type === type), `it contains ${type}`)

/** Server-sent events, each with the id from which a client resumes. */
export const eventStream = z
  .string()
  .regex(/^retry: \d+\n\n(id: \d+\.\d+\nevent: task\.[a-z]+\ndata: \{.*\}\n\n)+$/)
  .refine(hasWholeEvents, 'the name and the id of every event match its data')

/** The same with the events of a batch. */
export const batchEventStream = z
  .string()
  .regex(/^retry: \d+\n\n(id: [0-9a-f]{8}-[\d._x]+\nevent: task\.[a-z]+\ndata: \{"taskId":".*\}\n\n)+$/)

function hasWholeEvents(stream: string): boolean {
  return [...stream.matchAll(/^id: (.*)\nevent: (.*)\ndata: (.*)$/gm)].every(([, id, name, data = '']) => {
    const { epoch, seq, type } = taskEvent.parse(JSON.parse(data))
    return id === `${epoch}.${seq}` && name === type
  })
}
