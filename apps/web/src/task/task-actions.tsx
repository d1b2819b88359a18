import type { DownloadUrl, Task } from '@darkroom/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { useAccess } from '../api/use-access.ts'
import { request } from '../api/request.ts'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { FaultText } from '../parts/fault-text.tsx'
import { isEnded } from '../uploads/upload.ts'
import { useUploads } from '../uploads/use-uploads.ts'
import { useLanguage } from '../words/language.tsx'

/** What can be done with a task in its present state. */
export function TaskActions({ task }: { task: Task }) {
  const { words } = useLanguage()
  const { change, remove, sign } = useTaskChanges(task)
  const { may } = useAccess()
  const hasEnded = isEnded(task)
  const mayWrite = may('tasks:write')
  return (
    <>
      <div className="buttons">
        {mayWrite && hasEnded && task.status !== 'expired' && (
          <button type="button" disabled={change.isPending} onClick={() => change.mutate('retry')}>
            {words.task.retry}
          </button>
        )}
        {mayWrite && !hasEnded && (
          <button type="button" disabled={change.isPending} onClick={() => change.mutate('cancel')}>
            {words.task.cancel}
          </button>
        )}
        {mayWrite && task.status !== 'processing' && (
          <ConfirmButton question={words.task.deleteQuestion(task.name)} onConfirm={() => remove.mutate()}>
            {words.task.delete}
          </ConfirmButton>
        )}
        {task.status === 'completed' && (
          <button type="button" disabled={sign.isPending} onClick={() => sign.mutate()}>
            {words.task.sign}
          </button>
        )}
      </div>
      <FaultText error={change.error ?? remove.error ?? sign.error} />
      {sign.data && (
        <div className="card padded copied">
          <code>{sign.data}</code>
          <CopyButton text={sign.data} />
        </div>
      )}
    </>
  )
}

function useTaskChanges(task: Task) {
  const queries = useQueryClient()
  const uploads = useUploads()
  const [, go] = useLocation()
  const path = `/tasks/${task.id}`
  const change = useMutation({
    mutationFn: (step: 'cancel' | 'retry') => request<Task>(`${path}/${step}`, { method: 'POST' }),
    onSuccess: (changed) => {
      void queries.invalidateQueries({ queryKey: ['task', task.id] })
      uploads.taskChanged(task.id, changed)
    },
  })
  const remove = useMutation({
    mutationFn: () => request<undefined>(path, { method: 'DELETE' }),
    onSuccess: () => {
      uploads.taskChanged(task.id, undefined)
      go('/tasks')
      queries.removeQueries({ queryKey: ['task', task.id] })
    },
  })
  const sign = useMutation({
    mutationFn: async () => {
      const { url } = await request<DownloadUrl>(`${path}/download-url`, { method: 'POST', json: {} })
      return new URL(url, location.origin).href
    },
  })
  return { change, remove, sign }
}
