import type { BatchEventPage } from '@darkroom/contracts'
import { formatBatchPosition } from '../following/batch-position.ts'
import { formatEvent } from '../http/event-stream.ts'
import { FAILED_TASK_ID, TASK_ID } from '../http/openapi/example-ids.ts'
import { eventPageExample } from './event-examples.ts'

const { items } = eventPageExample
const positions = items.map(({ event }) => formatBatchPosition([FAILED_TASK_ID, TASK_ID], new Map([[TASK_ID, event]])))

export const batchEventPageExample: BatchEventPage = { items, next: positions.at(-1) ?? '' }

export const batchEventStreamExample = items
  .map((data, at) => formatEvent({ id: positions[at] ?? '', event: data.event.type, data }))
  .join('')
