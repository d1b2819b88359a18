import type { AnyTaskEvent } from '@darkroom/contracts'
import { createContext, use, useEffect, useEffectEvent } from 'react'
import type { TaskEvents } from './event-source.ts'

export const TaskEventsContext = createContext<TaskEvents | undefined>(undefined)

/** Calls `onEvent` for every event of any task while the component is shown and `isOpen`. */
export function useTaskEvents(onEvent: (event: AnyTaskEvent | undefined) => void, isOpen = true): void {
  const events = use(TaskEventsContext)
  const listen = useEffectEvent(onEvent)
  useEffect(() => (isOpen ? events?.subscribe((event) => listen(event)) : undefined), [events, isOpen])
}
