import type { TaskPage } from '@darkroom/contracts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { TaskTile } from '../batch/task-tile.tsx'
import { useLanguage } from '../words/language.tsx'

const PAGE = 60
const EVERY_MS = 5000

/** Every photo of an album, newest first. */
export function AlbumPhotos({ album }: { album: string }) {
  const { words } = useLanguage()
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['album', album, 'all'],
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`
      return request<TaskPage>(`/tasks?album=${album}&limit=${PAGE}${cursor}`, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : EVERY_MS),
  })
  return (
    <section aria-label={words.album.all}>
      <h2>{words.album.all}</h2>
      <FaultText error={error} />
      <ul className="grid" aria-label={words.album.all}>
        {data?.pages
          .flatMap(({ items }) => items)
          .map((task) => (
            <TaskTile key={task.id} task={task} />
          ))}
      </ul>
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {words.tasks.more}
        </button>
      )}
    </section>
  )
}
