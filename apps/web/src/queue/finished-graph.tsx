import { useEffect, useState } from 'react'
import { useTaskEvents } from '../api/use-task-events.ts'
import { useLanguage } from '../words/language.tsx'
import { Bars } from './bars.tsx'

const SECONDS = 60

/** How many tasks have ended in each of the last seconds, since this page is open. */
export function FinishedGraph() {
  const { words, formats } = useLanguage()
  const counts = useFinishedPerSecond()
  const total = counts.reduce((sum, count) => sum + count, 0)
  return (
    <figure className="card padded graph">
      <figcaption className="small quiet">
        {words.queue.finished}, {words.queue.all} · {words.queue.inTheLastMinute(formats.count(total))}
      </figcaption>
      <Bars counts={counts} />
    </figure>
  )
}

/** Oldest first. */
function useFinishedPerSecond(): number[] {
  const [ends, setEnds] = useState<readonly number[]>([])
  const [now, setNow] = useState(() => Date.now())
  useTaskEvents((heard) => {
    if (heard?.event.type !== 'task.completed' && heard?.event.type !== 'task.failed') return
    const at = Date.now()
    setEnds((known) => [...known.filter((end) => end > at - SECONDS * 1000), at])
  })
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const counts = Array.from({ length: SECONDS }, () => 0)
  for (const end of ends) {
    const index = SECONDS - 1 - Math.max(0, Math.floor((now - end) / 1000))
    if (index >= 0) counts[index] = (counts[index] ?? 0) + 1
  }
  return counts
}
