import { createContext, use, useCallback, useSyncExternalStore } from 'react'
import type { TaskEvents } from '../api/event-source.ts'
import { createTaskFollower } from './follow-tasks.ts'
import { UploadList } from './upload-list.ts'
import { isUnsent, type Upload } from './upload.ts'

export const UploadsContext = createContext<UploadList | undefined>(undefined)

/** The uploads of this visit: they go on while other pages are shown. */
export function createUploads(events: TaskEvents): UploadList {
  const uploads = new UploadList()
  const follower = createTaskFollower(events, {
    onChange: (id, task) => uploads.taskChanged(id, task),
    onUnreadable: (id) => uploads.taskUnreadable(id),
  })
  uploads.onAccepted(follower.follow)
  return uploads
}

export function useUploads(): UploadList {
  const uploads = use(UploadsContext)
  if (!uploads) throw new Error('There are no uploads around this component.')
  return uploads
}

/** Whether only this page has a photo that is on its way to the server, or waits for a key. */
export function useHoldsPhotos(): boolean {
  const { subscribe, all } = useUploads()
  return useSyncExternalStore(subscribe, () => all().some(isHeld))
}

const isHeld = (upload: Upload): boolean =>
  isUnsent(upload) || (upload.state.step === 'refused' && upload.state.needsKey)

/** The ids of the uploads in the order in which they are shown. */
export function useUploadOrder(): readonly number[] {
  const { subscribe, order } = useUploads()
  return useSyncExternalStore(subscribe, order)
}

/** The same for those that were dropped on the page of an album. */
export function useAlbumOrder(album: string): readonly number[] {
  const { get } = useUploads()
  return useUploadOrder().filter((id) => get(id)?.fields['album'] === album)
}

/** One upload: only its own changes cause a new picture. */
export function useUpload(id: number): Upload | undefined {
  const { subscribe, get } = useUploads()
  return useSyncExternalStore(
    subscribe,
    useCallback(() => get(id), [get, id]),
  )
}
