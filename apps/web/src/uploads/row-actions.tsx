import type { Task } from '@darkroom/contracts'
import { useMutation } from '@tanstack/react-query'
import { Link } from 'wouter'
import { request } from '../api/request.ts'
import { useLanguage } from '../words/language.tsx'
import { isEnded, type Upload } from './upload.ts'
import { useUploads } from './use-uploads.ts'

/** What a person can do with a photo in its present state. */
export function RowActions({ upload: { id, file, state } }: { upload: Upload }) {
  const { words } = useLanguage()
  const uploads = useUploads()
  const remove = (
    <button
      type="button"
      className="plain"
      aria-label={words.upload.removeName(file.name)}
      onClick={() => uploads.remove(id)}
    >
      {words.upload.remove}
    </button>
  )
  return (
    <div className="row-actions">
      {state.step === 'accepted' ? <TaskActions task={state.task} /> : remove}
      {state.step === 'refused' && state.needsKey && (
        // In a tab of its own: the files are only in this one.
        <a href="/admin/login?next=%2F" target="_blank" rel="noopener">
          {words.access.signInTab}
        </a>
      )}
      {state.step === 'refused' && (
        <button type="button" className="plain" onClick={() => uploads.sendAgain(id)}>
          {words.upload.again}
        </button>
      )}
    </div>
  )
}

function TaskActions({ task }: { task: Task }) {
  const { words } = useLanguage()
  const uploads = useUploads()
  const change = useMutation({
    mutationFn: (step: 'cancel' | 'retry') => request<Task>(`/tasks/${task.id}/${step}`, { method: 'POST' }),
    onSuccess: (changed) => uploads.taskChanged(changed.id, changed),
  })
  const action = (step: 'cancel' | 'retry', label: string, text: string) => (
    <button
      type="button"
      className="plain"
      aria-label={label}
      disabled={change.isPending}
      onClick={() => change.mutate(step)}
    >
      {text}
    </button>
  )
  if (!isEnded(task)) return action('cancel', words.task.cancelName(task.name), words.task.cancel)
  if (task.status === 'failed' || task.status === 'cancelled')
    return action('retry', words.task.retryName(task.name), words.task.retry)
  const [file] = task.files ?? []
  return file && task.status === 'completed' ? (
    <>
      <Link href={`/tasks/${task.id}`} aria-label={words.task.openName(task.name)} className="wide-only">
        {words.task.open}
      </Link>
      <a href={file.url} download="" aria-label={words.task.saveName(task.name)}>
        {words.task.save}
      </a>
    </>
  ) : null
}
