import { useEffect } from 'react'
import { useHoldsPhotos } from './use-uploads.ts'

/** Asks before the page is closed while photos are being sent, or wait for a key. Shows nothing. */
export function UploadGuard() {
  const holdsPhotos = useHoldsPhotos()
  useEffect(() => {
    if (!holdsPhotos) return
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [holdsPhotos])
  return null
}
