import { useState } from 'react'
import { useLanguage } from '../words/language.tsx'

const SHOWN_MS = 2000

/** Copies a text. Without a secure origin there is no clipboard; the text is on the page anyway. */
export function CopyButton({ text }: { text: string }) {
  const { words } = useLanguage()
  const [outcome, setOutcome] = useState<'copied' | 'notCopied'>()
  const copy = async (): Promise<void> => {
    setOutcome(
      await navigator.clipboard.writeText(text).then(
        () => 'copied' as const,
        () => 'notCopied' as const,
      ),
    )
    setTimeout(() => setOutcome(undefined), SHOWN_MS)
  }
  if (!isSecureContext) return null
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {words[outcome ?? 'copy']}
      </button>
      <span className="unseen" role="status">
        {outcome && words[outcome]}
      </span>
    </>
  )
}
