import type { EventPage } from '@darkroom/contracts'
import { formatEvent } from '../http/event-stream.ts'
import { TASK_ID } from '../http/openapi/example-ids.ts'
import { taskEventPageExamples } from './task-event-examples.ts'

const POSITION = '9f86d081884c'
const [created, processing] = taskEventPageExamples['Completed on the second attempt'].items
const events = [created, processing].flatMap((event) => (event ? [{ taskId: TASK_ID, event }] : []))

export const eventPageExample: EventPage = { items: events, next: `${POSITION}-412`, missed: false }

export const eventStreamExample = events
  .map((data, index) => formatEvent({ id: `${POSITION}-${411 + index}`, event: data.event.type, data }))
  .join('')
