import { useEffect, useSyncExternalStore } from 'react'
import { isUnsent } from './upload.ts'
import { useUploads } from './use-uploads.ts'

/** Asks before the page is closed while photos are being sent. Shows nothing. */
export function UploadGuard() {
  const { subscribe, all } = useUploads()
  const isSending = useSyncExternalStore(subscribe, () => all().some(isUnsent))
  useEffect(() => {
    if (!isSending) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isSending])
  return null
}
