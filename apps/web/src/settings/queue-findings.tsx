import type { QueueStats } from '@darkroom/contracts'
import { useQueues } from '../api/use-queues.ts'
import { useLanguage } from '../words/language.tsx'

const EVERY_MS = 5000
const LONG_WAIT_MS = 60_000

/** Whether tasks of each kind make progress, and what to do if not. */
export function QueueFindings() {
  const { words, formats } = useLanguage()
  const { data } = useQueues(EVERY_MS)
  const troubleOf = ({ isPaused, workers, oldestWaitingMs }: QueueStats): string | undefined => {
    if (isPaused) return words.settings.queuePaused
    if (workers === 0) return words.settings.noWorker
    if ((oldestWaitingMs ?? 0) > LONG_WAIT_MS) return words.settings.waitsLong(formats.duration(oldestWaitingMs ?? 0))
    return undefined
  }
  return (
    <ul>
      {data?.items.map((queue) => {
        const trouble = troubleOf(queue)
        return (
          <li key={queue.name} className={trouble === undefined ? 'good' : 'bad'}>
            <span aria-hidden="true">●</span> {queue.name}: {trouble ?? words.settings.working(queue.workers)}
          </li>
        )
      })}
    </ul>
  )
}
