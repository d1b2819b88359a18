import type { BatchPage as Batch } from '@darkroom/contracts'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { RouteComponentProps } from 'wouter'
import { request } from '../api/request.ts'
import { useRefresh } from '../api/use-refresh.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { TaskGrid } from './task-grid.tsx'
import { useLanguage } from '../words/language.tsx'

const PAGE = 100
const EVERY_MS = 5000

/** All photos of a batch in the order of their upload, as they are processed. */
export function BatchPage({ params: { id } }: RouteComponentProps<{ id: string }>) {
  const { words, formats } = useLanguage()
  const query = useBatch(id)
  const { data, error } = query
  const [batch] = data?.pages ?? []
  if (!batch) return <FaultText error={error} />
  const title = words.batch.title(formats.count(batch.total))
  return (
    <>
      <title>{`${title} · Darkroom`}</title>
      <h1>{title}</h1>
      <BatchFacts batch={batch} />
      {batch.counts.completed > 0 && (
        <p className="facts">
          <a className="button" href={`/api/v1/batches/${batch.batchId}/download`} download="">
            {words.batch.zip}
          </a>
        </p>
      )}
      <progress value={batch.percent} max={100} aria-label={title} />
      <TaskGrid pages={data?.pages} label={title} query={query} />
    </>
  )
}

function useBatch(id: string) {
  useRefresh(['batch', id])
  return useInfiniteQuery({
    queryKey: ['batch', id],
    queryFn: ({ pageParam, signal }) => {
      const cursor = pageParam === null ? '' : `&cursor=${encodeURIComponent(pageParam)}`
      return request<Batch>(`/batches/${id}?limit=${PAGE}${cursor}`, { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: ({ state }) => (state.data?.pages[0]?.status === 'completed' ? false : EVERY_MS),
  })
}

function BatchFacts({ batch: { counts, createdAt, completedAt } }: { batch: Batch }) {
  const { words, formats } = useLanguage()
  const facts = [
    words.batch.toGo(formats.count(counts.pending + counts.processing)),
    ...(counts.cancelled > 0 ? [words.batch.cancelled(formats.count(counts.cancelled))] : []),
    ...(completedAt === null
      ? []
      : [words.batch.took(formats.duration(Date.parse(completedAt) - Date.parse(createdAt)))]),
  ]
  return (
    <p className="facts small quiet" role="status">
      <span className="good">{words.batch.completed(formats.count(counts.completed))}</span>
      {counts.failed > 0 && (
        <>
          {' · '}
          <span className="bad">{words.batch.failed(formats.count(counts.failed))}</span>
        </>
      )}
      {' · '}
      {facts.join(' · ')}
    </p>
  )
}
