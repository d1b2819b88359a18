import type { QueueStats } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { request } from './request.ts'

/** The state of all queues, read again and again. */
export const useQueues = (everyMs: number) =>
  useQuery({
    queryKey: ['queues'],
    queryFn: ({ signal }) => request<{ items: QueueStats[] }>('/queues', { signal }),
    refetchInterval: everyMs,
  })
