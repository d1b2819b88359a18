import type { ListedTask } from '@darkroom/contracts'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { useLanguage } from '../words/language.tsx'
import { TaskTile } from './task-tile.tsx'

type Query = Pick<UseInfiniteQueryResult, 'hasNextPage' | 'fetchNextPage' | 'isFetchingNextPage'>

/** A tile for each task of the pages so far, and a button for the next page. */
export function TaskGrid({
  pages = [],
  label,
  query,
}: {
  pages: readonly { items: readonly ListedTask[] }[] | undefined
  label: string
  query: Query
}) {
  const { words } = useLanguage()
  return (
    <>
      <ul className="grid" aria-label={label}>
        {pages
          .flatMap(({ items }) => items)
          .map((task) => (
            <TaskTile key={task.id} task={task} />
          ))}
      </ul>
      {query.hasNextPage && (
        <button type="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {words.tasks.more}
        </button>
      )}
    </>
  )
}
