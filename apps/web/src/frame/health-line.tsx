import type { Health } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { useLanguage } from '../words/language.tsx'

const EVERY_MS = 15_000

/** Whether the service works, and how much room it has. */
export function HealthLine() {
  const { words, formats } = useLanguage()
  const { data, isError } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => request<Health>('/health', { signal }),
    refetchInterval: EVERY_MS,
  })
  if (isError)
    return (
      <p className="health bad" role="status">
        {words.health.unreachable}
      </p>
    )
  if (!data) return null
  const free = data.diskFreeBytes === null ? '' : ` · ${words.health.free(formats.bytes(data.diskFreeBytes))}`
  return (
    <p className={`health ${data.status === 'ok' ? '' : 'bad'}`} role="status" title={data.reasons?.join('\n')}>
      {words.health[data.status]}
      <span className="wide-only">{free}</span>
    </p>
  )
}
