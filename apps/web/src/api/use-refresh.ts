import type { AnyTaskEvent } from '@darkroom/contracts'
import { useQueryClient, type QueryKey } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTaskEvents } from './use-task-events.ts'

/** However many events there are, lists are not read more often. */
const AT_MOST_EVERY_MS = 500

/**
 * Reads a query again when something has happened to a task, or to one for which `matters` is true.
 * What has ended needs no connection: `isOpen` is false.
 */
export function useRefresh(
  queryKey: QueryKey,
  matters: (event: AnyTaskEvent) => boolean = isListed,
  isOpen = true,
): void {
  const queries = useQueryClient()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  useTaskEvents((event) => {
    if (event && !matters(event)) return
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      void queries.invalidateQueries({ queryKey })
    }, AT_MOST_EVERY_MS)
  }, isOpen)
}

/** Lists do not show progress. */
const isListed = ({ event }: AnyTaskEvent): boolean => event.type !== 'task.progress'
