import type { Stats } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { saving } from '../uploads/upload.ts'
import { useLanguage } from '../words/language.tsx'

/** How much is stored, and how much smaller it became. */
export function UsageCard() {
  const { words, formats } = useLanguage()
  const { data, error } = useQuery({
    queryKey: ['stats'],
    queryFn: ({ signal }) => request<Stats>('/stats', { signal }),
  })
  const rows: [string, string][] = data
    ? [
        [words.settings.tasks, formats.count(data.tasks.total)],
        [words.settings.uploaded, formats.bytes(data.bytes.in)],
        [words.settings.made, formats.bytes(data.bytes.out)],
        [words.settings.saved, formats.share(saving(data.bytes.in, data.bytes.out))],
        [words.settings.freed, formats.bytes(data.cleanup.bytesFreed)],
      ]
    : []
  return (
    <section className="card padded">
      <h2>{words.settings.usage}</h2>
      <FaultText error={error} />
      <dl className="facts-list">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt className="quiet">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {data && <p className="quiet small">{words.settings.counted(formats.moment(data.at))}</p>}
    </section>
  )
}
