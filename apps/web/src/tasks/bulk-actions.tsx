import type { ListedTask } from '@darkroom/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { isEnded } from '../uploads/upload.ts'
import { useLanguage } from '../words/language.tsx'
import type { Selection } from './use-selection.ts'

type Action = 'retry' | 'cancel' | 'delete'

const AT_ONCE = 4

/** Which of the selected tasks an action is for. */
const SUITS: Record<Action, (task: ListedTask) => boolean> = {
  retry: (task) => isEnded(task) && task.status !== 'expired',
  cancel: (task) => !isEnded(task),
  delete: ({ status }) => status !== 'processing',
}

/** Changes all selected tasks, after saying how many these are. */
export function BulkActions({ selection }: { selection: Selection }) {
  const { words, formats } = useLanguage()
  const { change, refusals } = useBulkChange(selection)
  const button = (action: Action, text: string, question: (count: string) => string) => {
    const suited = selection.tasks.filter(SUITS[action])
    return (
      <ConfirmButton
        question={question(formats.count(suited.length))}
        disabled={suited.length === 0 || change.isPending}
        onConfirm={() => change.mutate({ action, tasks: suited })}
      >
        {text} ({formats.count(suited.length)})
      </ConfirmButton>
    )
  }
  return (
    <>
      {selection.tasks.length > 0 && (
        <div className="buttons bulk">
          <p role="status">{words.tasks.selected(formats.count(selection.tasks.length))}</p>
          {button('retry', words.task.retry, words.tasks.retryQuestion)}
          {button('cancel', words.task.cancel, words.tasks.cancelQuestion)}
          {button('delete', words.task.delete, words.tasks.deleteQuestion)}
          <button type="button" className="plain" onClick={selection.clear}>
            {words.tasks.clear}
          </button>
        </div>
      )}
      {refusals.length > 0 && (
        <p className="fault" role="alert">
          {words.tasks.refused(formats.count(refusals.length))} {[...new Set(refusals)].join(' ')}
        </p>
      )}
    </>
  )
}

function useBulkChange(selection: Selection) {
  const queries = useQueryClient()
  const change = useMutation({
    mutationFn: async ({ action, tasks }: { action: Action; tasks: readonly ListedTask[] }) => {
      const rest = [...tasks]
      const refusals: string[] = []
      const work = async (): Promise<void> => {
        for (let task = rest.shift(); task; task = rest.shift())
          await changeOne(action, task.id).catch((error: Error) => refusals.push(error.message))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
      return refusals
    },
    onSettled: async () => {
      selection.clear()
      await queries.invalidateQueries({ queryKey: ['tasks'] })
    },
  })
  return { change, refusals: change.data ?? [] }
}

const changeOne = (action: Action, id: string): Promise<unknown> =>
  action === 'delete'
    ? request(`/tasks/${id}`, { method: 'DELETE' })
    : request(`/tasks/${id}/${action}`, { method: 'POST' })
