import type { TaskKind, TaskPriority, TaskStatus } from '@darkroom/contracts'
import { useEffect, useState, type RefObject } from 'react'
import { useLanguage } from '../words/language.tsx'
import type { Filter } from './use-task-list.ts'

const STATUSES: TaskStatus[] = ['pending', 'processing', 'completed', 'failed', 'cancelled', 'expired']
const KINDS: TaskKind[] = ['image.optimize', 'photo.bibs', 'video.render']
const PRIORITIES: TaskPriority[] = ['premium', 'interactive', 'normal', 'batch']
/** While somebody types, not every letter is a search. */
const TYPING_MS = 250

interface Filters {
  filters: Record<Filter, string>
  choose: (name: Filter, value: string) => void
  search: RefObject<HTMLInputElement | null>
}

export function TaskFilters({ filters, choose, search }: Filters) {
  const { words } = useLanguage()
  const select = <Value extends string>(
    name: Filter,
    label: string,
    values: readonly Value[],
    texts: Record<Value, string>,
  ) => (
    <label>
      <span className="small quiet">{label}</span>
      <select value={filters[name]} onChange={({ target }) => choose(name, target.value)}>
        <option value="">{words.tasks.any}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {texts[value]}
          </option>
        ))}
      </select>
    </label>
  )
  return (
    <search className="filters">
      <SearchField value={filters.q} onChange={(value) => choose('q', value)} field={search} />
      {select('status', words.tasks.status, STATUSES, words.task.status)}
      {select('kind', words.tasks.kind, KINDS, words.kind)}
      {select('priority', words.tasks.priority, PRIORITIES, words.task.priority)}
    </search>
  )
}

interface Search {
  value: string
  onChange: (value: string) => void
  field: RefObject<HTMLInputElement | null>
}

function SearchField({ value, onChange, field }: Search) {
  const { words } = useLanguage()
  const [typed, setTyped] = useState(value)
  useEffect(() => {
    if (typed === value) return
    const timer = setTimeout(() => onChange(typed), TYPING_MS)
    return () => clearTimeout(timer)
  }, [typed, value, onChange])
  return (
    <label className="search">
      <span className="small quiet">{words.tasks.search}</span>
      <input
        ref={field}
        type="search"
        placeholder={words.tasks.searchHint}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
    </label>
  )
}
