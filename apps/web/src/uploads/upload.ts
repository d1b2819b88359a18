import type { AcceptedTask, Task } from '@darkroom/contracts'

/** How far a photo has come. */
export type UploadState =
  | { step: 'queued' }
  /** `sent` is a share, 0 to 1. */
  | { step: 'sending'; sent: number }
  /** It is sent again by itself, under the same key. */
  | { step: 'interrupted'; why: 'offline' | 'busy' }
  /** Without a session, whoever signs in can send it; over a quota, it can be sent from `againAt`. */
  | { step: 'refused'; code: string; message: string; needsKey: boolean; againAt?: Date }
  | { step: 'accepted'; task: Task | AcceptedTask }
  /** It was accepted under a key that may not read what becomes of it. */
  | { step: 'unreadable' }

/**
 * A photo that was dropped on the page. Replaced, never changed, whenever something happens to it.
 */
export interface Upload {
  id: number
  /** The idempotency key: sending the photo twice under it makes one task. */
  key: string
  file: File
  /** What is sent along with it, such as its album. */
  fields: Readonly<Record<string, string>>
  state: UploadState
}

export const ofAlbum = (uploads: readonly Upload[], album: string | undefined): Upload[] =>
  uploads.filter(({ fields }) => album === undefined || fields['album'] === album)

const ENDED: readonly Task['status'][] = ['completed', 'failed', 'cancelled', 'expired']

/** Whether a task has ended; a restart is a person's decision. */
export const isEnded = ({ status }: Pick<Task, 'status'>): boolean => ENDED.includes(status)

/** Whether the server does not have it yet, but will. */
export const isUnsent = ({ state }: Upload): boolean => ['queued', 'sending', 'interrupted'].includes(state.step)

/** Whether nothing more happens to an upload by itself. */
export const isSettled = ({ state }: Upload): boolean =>
  ['refused', 'unreadable'].includes(state.step) || (state.step === 'accepted' && isEnded(state.task))

/** How much of the way is behind a photo, 0 to 1: the first part is the upload. */
export function shareDone({ state }: Upload): number {
  switch (state.step) {
    case 'queued':
    case 'interrupted':
      return 0
    case 'sending':
      return state.sent * UPLOAD_SHARE
    case 'refused':
    case 'unreadable':
      return 1
    case 'accepted':
      return isEnded(state.task) ? 1 : UPLOAD_SHARE + (state.task.progress.percent / 100) * (1 - UPLOAD_SHARE)
  }
}
const UPLOAD_SHARE = 0.6

/** Bytes of the file that a person gets: the largest result. */
export const resultBytes = (task: Task): number | undefined => task.files?.[0]?.size

/** How much smaller the result is than what was sent, 0 to 1. */
export const saving = (before: number, after: number): number => (before === 0 ? 0 : Math.max(0, 1 - after / before))
