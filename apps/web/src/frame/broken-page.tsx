import { useEffect, useState } from 'react'
import { useHoldsPhotos } from '../uploads/use-uploads.ts'
import { useLanguage } from '../words/language.tsx'

/**
 * Shown in place of a page. After an upgrade the files of this page no longer exist: it is
 * reloaded once all photos have been sent.
 */
export function BrokenPage({ again }: { again: () => void }) {
  const { words } = useLanguage()
  const holdsPhotos = useHoldsPhotos()
  const served = useServed()
  const isOutdated = served === 'newer' && !holdsPhotos
  useEffect(() => {
    if (isOutdated) location.reload()
  }, [isOutdated])
  // Some browsers do not load again what could not be loaded once.
  const tryAgain = (): void => (served === 'same' && !holdsPhotos ? location.reload() : again())
  return (
    <div role="alert">
      <h1>{words.broken.title}</h1>
      <p className="facts">{words.broken[served]}</p>
      <button type="button" onClick={tryAgain}>
        {words.broken.again}
      </button>
    </div>
  )
}

type Served = 'same' | 'newer' | 'unreachable'

/** Which page the server has now. */
function useServed(): Served {
  const [served, setServed] = useState<Served>('unreachable')
  useEffect(() => {
    void readServed().then(setServed, () => {})
  }, [])
  return served
}

async function readServed(): Promise<Served> {
  const script = document.querySelector<HTMLScriptElement>('script[type=module]')
  const response = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store' })
  if (!response.ok || !script) return 'unreachable'
  return (await response.text()).includes(new URL(script.src).pathname) ? 'same' : 'newer'
}
