import type { TaskLogEntry } from '@darkroom/contracts'
import { useLanguage } from '../words/language.tsx'
import type { Formats } from '../words/formats.ts'
import type { Words } from '../words/english.ts'

/** What has happened to a task, with times since its start. Progress is shown elsewhere. */
export function Timeline({ entries }: { entries: readonly TaskLogEntry[] }) {
  const { words, formats } = useLanguage()
  const [first] = entries
  const shown = entries.filter(({ type }) => type !== 'task.progress')
  if (!first) return null
  return (
    <ol className="card padded timeline" aria-label={words.task.timeline}>
      {shown.map((entry) => (
        <li key={`${entry.epoch}.${entry.seq}`} className={moodOf(entry)}>
          <strong>{words.task.event[entry.type]}</strong>{' '}
          <time dateTime={entry.at} title={formats.moment(entry.at)} className="small quiet">
            +{formats.duration(Date.parse(entry.at) - Date.parse(first.at))}
          </time>
          <p className="small quiet">
            {(entry.type === 'task.retry' || entry.type === 'task.failed') && (
              <span lang="en">{entry.data.error} </span>
            )}
            {detailOf(entry, words, formats)}
          </p>
        </li>
      ))}
    </ol>
  )
}

function moodOf({ type }: TaskLogEntry): string {
  if (type === 'task.failed' || type === 'task.retry') return 'bad'
  return type === 'task.cancelled' || type === 'task.expired' ? 'quiet' : 'good'
}

function detailOf(entry: TaskLogEntry, words: Words, formats: Formats): string {
  switch (entry.type) {
    case 'task.created':
      return words.task.priority[entry.data.priority]
    case 'task.processing':
      return `${entry.data.workerId} · ${words.task.waited(formats.duration(entry.data.waitMs))}`
    case 'task.completed':
      return `${entry.data.workerId} · ${words.task.ran(formats.duration(entry.data.processingTime))}`
    case 'task.retry':
      return words.task.retrying(formats.time(entry.data.nextAt))
    case 'task.failed':
      return `(${entry.data.code})`
    default:
      return ''
  }
}
