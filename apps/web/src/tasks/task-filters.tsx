import type { TaskKind, TaskPriority, TaskStatus } from '@darkroom/contracts'
import { useEffect, useRef, useState, type RefObject } from 'react'
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
  /** What is not part of the address yet. */
  const [typed, setTyped] = useState<string>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const type = (text: string): void => {
    setTyped(text)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => onChange(text), TYPING_MS)
  }
  // The address says what is searched for, also after a link to another list.
  useEffect(
    () => () => {
      clearTimeout(timer.current)
      setTyped(undefined)
    },
    [value],
  )
  return (
    <label className="search">
      <span className="small quiet">{words.tasks.search}</span>
      <input
        ref={field}
        type="search"
        placeholder={words.tasks.searchHint}
        value={typed ?? value}
        onChange={({ target }) => type(target.value)}
      />
    </label>
  )
}
