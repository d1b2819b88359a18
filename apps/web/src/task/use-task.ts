import type { Task, TaskLogEntry } from '@darkroom/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { request } from '../api/request.ts'
import { isEnded } from '../uploads/upload.ts'

/** In case the stream of events is refused or broken. */
const EVERY_MS = 3000
const TYPES: readonly TaskLogEntry['type'][] = [
  'task.created',
  'task.processing',
  'task.progress',
  'task.retry',
  'task.completed',
  'task.failed',
  'task.cancelled',
  'task.expired',
]

/** A task as it is now, and from then on. */
export function useTask(id: string) {
  return useQuery({
    queryKey: ['task', id],
    queryFn: ({ signal }) => request<Task>(`/tasks/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data && isEnded(state.data) ? false : EVERY_MS),
  })
}

/** What has happened to a task so far, live. Each event also brings the task up to date. */
export function useTaskEvents(id: string, epoch: number): TaskLogEntry[] {
  const queries = useQueryClient()
  const [entries, setEntries] = useState<TaskLogEntry[]>([])
  useEffect(() => {
    // A stream starts at the first event. It ends with the task; a restart begins another epoch.
    const received: TaskLogEntry[] = []
    const stream = new EventSource(`/api/v1/tasks/${id}/events`)
    const receive = ({ data }: MessageEvent<string>): void => {
      received.push(JSON.parse(data) as TaskLogEntry)
      setEntries([...received])
      void queries.invalidateQueries({ queryKey: ['task', id] })
    }
    for (const type of TYPES) stream.addEventListener(type, receive)
    return () => stream.close()
  }, [id, epoch, queries])
  return entries
}
