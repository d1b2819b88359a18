import type { TaskPage } from '@darkroom/contracts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { TaskGrid } from '../batch/task-grid.tsx'
import { useLanguage } from '../words/language.tsx'

const PAGE = 60
const EVERY_MS = 5000

/** Every photo of an album, newest first. */
export function AlbumPhotos({ album }: { album: string }) {
  const { words } = useLanguage()
  const query = useInfiniteQuery({
    queryKey: ['album', album, 'all'],
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`
      return request<TaskPage>(`/tasks?album=${album}&limit=${PAGE}${cursor}`, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : EVERY_MS),
  })
  const { data, error } = query
  return (
    <section aria-label={words.album.all}>
      <h2>{words.album.all}</h2>
      <FaultText error={error} />
      <TaskGrid pages={data?.pages} label={words.album.all} query={query} />
    </section>
  )
}
