import type { TaskPage } from '@darkroom/contracts'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { useRefresh } from '../api/use-refresh.ts'
import { request } from '../api/request.ts'

const PAGE = 50
const EVERY_MS = 10_000

const FILTERS = ['status', 'kind', 'priority', 'q'] as const
export type Filter = (typeof FILTERS)[number]

/** The filters of the list, which are part of its address. */
export function useFilters() {
  const [params, setParams] = useSearchParams()
  const filters = Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? ''])) as Record<Filter, string>
  const choose = (name: Filter, value: string): void =>
    setParams(
      (now) => {
        if (value === '') now.delete(name)
        else now.set(name, value)
        return now
      },
      { replace: true },
    )
  return { filters, choose }
}

/** The tasks that match, page after page. The first page stays up to date. */
export function useTaskList(filters: Record<Filter, string>) {
  useRefresh(['tasks', filters])
  return useInfiniteQuery({
    queryKey: ['tasks', filters],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: String(PAGE) })
      for (const [name, value] of Object.entries(filters)) if (value !== '') query.set(name, value)
      if (pageParam !== null) query.set('cursor', pageParam)
      return request<TaskPage>(`/tasks?${query}`, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : EVERY_MS),
  })
}
