import type { Delivery, DeliveryPage } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'

const SHOWN = 10
const REFRESH_MS = 1000

/** The latest deliveries of a webhook; those on their way are followed. */
export function DeliveryList({ webhookId }: { webhookId: string }) {
  const { words } = useLanguage()
  const { data, error } = useQuery({
    queryKey: ['webhooks', webhookId, 'deliveries'],
    queryFn: ({ signal }) => request<DeliveryPage>(`/webhooks/${webhookId}/deliveries?limit=${SHOWN}`, { signal }),
    refetchInterval: ({ state }) => state.data?.items.some(({ state: now }) => now === 'waiting') && REFRESH_MS,
  })
  return (
    <>
      <FaultText error={error} />
      {data?.items.length === 0 && <p className="small quiet">{words.settings.noDeliveries}</p>}
      <ul className="deliveries small">
        {data?.items.map((one) => (
          <DeliveryRow key={one.id} delivery={one} />
        ))}
      </ul>
    </>
  )
}

const MOODS: Record<Delivery['state'], string> = { waiting: 'wait', delivered: 'good', failed: 'bad' }

function DeliveryRow({ delivery: { event, state, tries, attempts, createdAt } }: { delivery: Delivery }) {
  const { words, formats } = useLanguage()
  const last = tries.at(-1)
  const answer = last && (last.error ?? String(last.status ?? ''))
  return (
    <li>
      <span className={`status ${MOODS[state]}`}>
        <span aria-hidden="true">●</span> {words.settings.deliveryState[state]}
      </span>{' '}
      <code>{event}</code> · {formats.moment(createdAt)}
      {answer && ` · ${answer}`}
      {attempts.made > 1 && ` · ${words.settings.attempts(attempts.made)}`}
    </li>
  )
}
