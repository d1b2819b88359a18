import { useEffect } from 'react'
import { useSummary } from './use-summary.ts'

/** Asks before the page is closed while photos are being sent. */
export function useUploadGuard(): void {
  const { isSending } = useSummary()
  useEffect(() => {
    if (!isSending) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isSending])
}
