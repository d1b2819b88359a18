import type { QueueStats } from '@darkroom/contracts'
import { useSearchParams } from 'wouter'
import { useAccess } from '../api/use-access.ts'
import { useQueues } from '../api/use-queues.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { NotPermitted } from '../parts/not-permitted.tsx'
import { SignInLink } from '../parts/sign-in-link.tsx'
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

/** With a key of another kind it would be of no use. */
function SignInToPause() {
  const { words } = useLanguage()
  return (
    <p className="small quiet">
      {words.queue.toPause} <SignInLink />
    </p>
  )
}

function ShownQueue({ queue }: { queue: QueueStats }) {
  const { words } = useLanguage()
  const { caller, may, runsQueues } = useAccess()
  const mayRead = may('tasks:read')
  return (
    <>
      <div className="heading">
        <h1>
          {queue.name}{' '}
          <span className={`queue-state ${queue.isPaused ? 'wait' : 'good'}`}>
            <span aria-hidden="true">●</span> {queue.isPaused ? words.queue.paused : words.queue.running}
          </span>
        </h1>
        {runsQueues ? <PauseButton queue={queue} /> : !caller && <SignInToPause />}
      </div>
      <QueueNumbers queue={queue} />
      {queue.workers === 0 && (
        <p className="fault" role="status">
          {words.queue.noWorkers}
        </p>
      )}
      {mayRead && (
        <div className="graphs">
          <FinishedGraph />
          <HourGraph />
        </div>
      )}
      <div className="task-columns queue-columns">
        <div>{mayRead ? <LatestTasks kind={queue.kind} /> : <NotPermitted scope="tasks:read" />}</div>
        <div>
          <Workers queue={queue.name} />
          {mayRead && <Failures />}
        </div>
      </div>
    </>
  )
}
