import { useEffect } from 'react'
import { useIsSending } from './use-uploads.ts'

/** Asks before the page is closed while photos are being sent. Shows nothing. */
export function UploadGuard() {
  const isSending = useIsSending()
  useEffect(() => {
    if (!isSending) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isSending])
  return null
}
