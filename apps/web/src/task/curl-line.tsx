import type { Task } from '@darkroom/contracts'
import { useAccess } from '../api/use-access.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { useLanguage } from '../words/language.tsx'

/** The same for a terminal. */
export function CurlLine({ task }: { task: Task }) {
  const { words } = useLanguage()
  const { keysOn } = useAccess()
  const key = keysOn ? ' -H "Authorization: Bearer $DARKROOM_KEY"' : ''
  const line =
    task.status === 'completed'
      ? `curl -OJ${key} ${location.origin}${task.links.download}`
      : `curl${key} ${location.origin}${task.links.self}`
  return (
    <section className="card padded copied" aria-label={words.task.terminal}>
      <code>{line}</code>
      <CopyButton text={line} />
    </section>
  )
}
