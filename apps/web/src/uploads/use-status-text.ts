import type { AcceptedTask, Task } from '@darkroom/contracts'
import type { Formats } from '../words/formats.ts'
import { useLanguage } from '../words/language.tsx'
import type { Words } from '../words/english.ts'
import type { Upload } from './upload.ts'

interface StatusText {
  /** What has gone wrong, which the API says. */
  problem?: { code: string; message: string } | undefined
  text: string
  mood: 'good' | 'bad' | 'quiet'
}

/** What is happening to a photo, in a few words. */
export function useStatusText({ state }: Upload): StatusText {
  const { words, formats } = useLanguage()
  switch (state.step) {
    case 'queued':
      return { text: words.upload.queued, mood: 'quiet' }
    case 'sending':
      return { text: words.upload.sending(formats.share(state.sent)), mood: 'quiet' }
    case 'interrupted':
      return { text: words.upload[state.why], mood: 'bad' }
    case 'refused':
      return {
        problem: state,
        text: state.againAt ? words.upload.againAt(formats.moment(state.againAt)) : '',
        mood: 'bad',
      }
    case 'unreadable':
      return { text: words.upload.unreadable, mood: 'quiet' }
    case 'accepted':
      return ofTask(state.task, words, formats)
  }
}

function ofTask(task: Task | AcceptedTask, words: Words, formats: Formats): StatusText {
  const { status, progress, error, attempts } = task
  switch (status) {
    case 'pending':
      if (attempts.nextAt !== null)
        return { problem: error ?? undefined, text: words.task.retrying(formats.time(attempts.nextAt)), mood: 'bad' }
      return { text: [words.task.waiting, ...estimateOf(task, words, formats)].join(' · '), mood: 'quiet' }
    case 'processing':
      return { text: words.task.stage(progress.stage, formats.share(progress.percent / 100)), mood: 'quiet' }
    case 'completed':
      return { text: outcomeOf(task, formats), mood: 'good' }
    case 'failed':
      return error ? { problem: error, text: '', mood: 'bad' } : { text: words.task.status.failed, mood: 'bad' }
    case 'cancelled':
    case 'expired':
      return { text: words.task[status], mood: 'quiet' }
  }
}

const estimateOf = (task: Task | AcceptedTask, words: Words, formats: Formats): string[] =>
  'estimate' in task ? [words.task.about(formats.duration(task.estimate.p50Ms))] : []

/** How long it took, and the sizes of the results: `304 ms · 1024 × 683, 800 × 533`. */
function outcomeOf({ processingTimeMs, images }: Task, formats: Formats): string {
  const time = processingTimeMs === null ? [] : [formats.duration(processingTimeMs)]
  return [...time, images.map(formats.size).join(', ')].filter(Boolean).join(' · ')
}
