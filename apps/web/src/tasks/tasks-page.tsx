import type { ListedTask } from '@darkroom/contracts'
import { useAccess } from '../api/use-access.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'
import { BulkActions } from './bulk-actions.tsx'
import { TaskFilters } from './task-filters.tsx'
import { TaskRow } from './task-row.tsx'
import './tasks.css'
import { useListKeys } from './use-list-keys.ts'
import { useSelection } from './use-selection.ts'
import { useFilters, useTaskList } from './use-task-list.ts'

/** All tasks, newest first, with filters, a search and changes of many at once. */
export function TasksPage() {
  const { words, formats } = useLanguage()
  const { filters, choose } = useFilters()
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useTaskList(filters)
  const tasks: ListedTask[] = data?.pages.flatMap(({ items }) => items) ?? []
  const selection = useSelection(tasks)
  const mayWrite = useAccess().may('tasks:write')
  const { list, search } = useListKeys()
  const [first] = data?.pages ?? []
  const isFiltered = Object.values(filters).some((value) => value !== '')
  return (
    <>
      <title>{`${words.title.tasks} · Darkroom`}</title>
      <div className="heading">
        <h1>{words.title.tasks}</h1>
        {first && (
          <p className="quiet small" role="status">
            {words.tasks.total(`${formats.count(first.total)}${first.totalIsExact ? '' : '+'}`)}
          </p>
        )}
      </div>
      <TaskFilters filters={filters} choose={choose} search={search} />
      {mayWrite && <BulkActions selection={selection} />}
      <FaultText error={error} />
      {data && tasks.length === 0 && (
        <p className="quiet empty">{isFiltered ? words.tasks.none : words.tasks.noneYet}</p>
      )}
      <ul ref={list} className="card task-list" aria-label={words.title.tasks}>
        {tasks.map((task) => (
          <TaskRow
            key={task.id}
            task={task}
            isSelected={selection.has(task.id)}
            onSelect={mayWrite ? selection.toggle : undefined}
          />
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {words.tasks.more}
        </button>
      )}
      <p className="quiet small wide-only keys">{words.tasks.keys}</p>
    </>
  )
}
