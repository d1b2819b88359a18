import type { QueueStats } from '@darkroom/contracts'
import { useSearchParams } from 'wouter'
import { useQueues } from '../api/use-queues.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'
import { Failures } from './failures.tsx'
import { FinishedGraph } from './finished-graph.tsx'
import { HourGraph } from './hour-graph.tsx'
import { LatestTasks } from './latest-tasks.tsx'
import { PauseButton } from './pause-button.tsx'
import './queue.css'
import { Workers } from './workers.tsx'
import { QueueNumbers } from './queue-numbers.tsx'

const EVERY_MS = 1000

/** What waits, what runs, what has failed, for one queue at a time. */
export function QueuePage() {
  const { words } = useLanguage()
  const [params, setParams] = useSearchParams()
  const { data, error } = useQueues(EVERY_MS)
  const queue = data?.items.find(({ name }) => name === params.get('queue')) ?? data?.items[0]
  return (
    <>
      <title>{`${words.title.queue} · Darkroom`}</title>
      <FaultText error={error} />
      {data && data.items.length > 1 && (
        <nav className="buttons queues" aria-label={words.title.queue}>
          {data.items.map(({ name }) => (
            <button
              key={name}
              type="button"
              aria-current={name === queue?.name ? 'true' : undefined}
              onClick={() => setParams({ queue: name }, { replace: true })}
            >
              {name}
            </button>
          ))}
        </nav>
      )}
      {queue && <ShownQueue queue={queue} />}
    </>
  )
}

function ShownQueue({ queue }: { queue: QueueStats }) {
  const { words } = useLanguage()
  return (
    <>
      <div className="heading">
        <h1>
          {queue.name}{' '}
          <span className={`queue-state ${queue.isPaused ? 'wait' : 'good'}`}>
            <span aria-hidden="true">●</span> {queue.isPaused ? words.queue.paused : words.queue.running}
          </span>
        </h1>
        <PauseButton queue={queue} />
      </div>
      <QueueNumbers queue={queue} />
      {queue.workers === 0 && (
        <p className="fault" role="status">
          {words.queue.noWorkers}
        </p>
      )}
      <div className="graphs">
        <FinishedGraph />
        <HourGraph />
      </div>
      <div className="task-columns">
        <div>
          <LatestTasks kind={queue.kind} />
        </div>
        <div>
          <Workers queue={queue.name} />
          <Failures />
        </div>
      </div>
    </>
  )
}
