import type { QueueStats } from '@darkroom/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'

/** Holds the queue or lets it go on. Running jobs end in any case. */
export function PauseButton({ queue: { name, isPaused } }: { queue: QueueStats }) {
  const { words } = useLanguage()
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: () => request(`/queues/${name}/${isPaused ? 'resume' : 'pause'}`, { method: 'POST' }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['queues'] }),
  })
  return (
    <div>
      <button type="button" disabled={change.isPending} onClick={() => change.mutate()}>
        {isPaused ? words.queue.resume : words.queue.pause}
      </button>
      <FaultText error={change.error} />
    </div>
  )
}
