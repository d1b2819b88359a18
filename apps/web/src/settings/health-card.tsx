import type { Health } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'
import { QueueFindings } from './queue-findings.tsx'

const EVERY_MS = 5000

/** What works, and what does not, why, and what to do. */
export function HealthCard() {
  const { words, formats } = useLanguage()
  const { data, error } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => request<Health>('/health', { signal }),
    refetchInterval: EVERY_MS,
  })
  return (
    <section className="card padded">
      <h2>{words.settings.health}</h2>
      <FaultText error={error} />
      {data && (
        <>
          <ul>
            {Object.entries(data.services).map(([name, works]) => (
              <li key={name} className={works ? 'good' : 'bad'}>
                <span aria-hidden="true">●</span> {name}: {words.settings[works ? 'works' : 'fails']}
              </li>
            ))}
          </ul>
          <QueueFindings />
          {[...(data.reasons ?? []), ...(data.warnings ?? [])].map((reason) => (
            <p key={reason} className="bad">
              {reason}
            </p>
          ))}
          {data.diskFreeBytes !== null && (
            <p className="quiet">{words.health.free(formats.bytes(data.diskFreeBytes))}</p>
          )}
        </>
      )}
    </section>
  )
}
