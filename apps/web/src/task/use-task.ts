import type { Task, TaskEventPage } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { useRefresh } from '../api/use-refresh.ts'
import { isEnded } from '../uploads/upload.ts'

/** In case the stream of events is away. */
const EVERY_MS = 5000

/** A task and its log as they are now, and from then on. */
export function useTask(id: string) {
  const refetchInterval = ({ state }: { state: { data: [Task, TaskEventPage] | undefined } }) =>
    state.data && isEnded(state.data[0]) ? false : EVERY_MS
  const { data, error } = useQuery({
    queryKey: ['task', id],
    queryFn: ({ signal }) =>
      Promise.all([
        request<Task>(`/tasks/${id}`, { signal }),
        request<TaskEventPage>(`/tasks/${id}/events`, { signal }),
      ]),
    refetchInterval,
  })
  const [task, log] = data ?? []
  useRefresh(['task', id], ({ taskId }) => taskId === id, task !== undefined && !isEnded(task))
  return { task, entries: log?.items ?? [], error }
}
