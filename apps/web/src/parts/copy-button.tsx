import { useState } from 'react'
import { useLanguage } from '../words/language.tsx'

const SHOWN_MS = 2000

/** Copies a text. Without a secure origin there is no clipboard; the text is on the page anyway. */
export function CopyButton({ text }: { text: string }) {
  const { words } = useLanguage()
  const [isDone, setDone] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setDone(true)
    setTimeout(() => setDone(false), SHOWN_MS)
  }
  if (!isSecureContext) return null
  return (
    <button type="button" onClick={() => void copy()}>
      <span role="status">{isDone ? words.copied : words.copy}</span>
    </button>
  )
}
