import type { Task } from '@darkroom/contracts'
import { CopyButton } from '../parts/copy-button.tsx'
import { useLanguage } from '../words/language.tsx'

/** The same for a terminal. */
export function CurlLine({ task }: { task: Task }) {
  const { words } = useLanguage()
  const line =
    task.status === 'completed'
      ? `curl -OJ ${location.origin}${task.links.download}`
      : `curl ${location.origin}${task.links.self}`
  return (
    <section className="card padded copied" aria-label={words.task.terminal}>
      <code>{line}</code>
      <CopyButton text={line} />
    </section>
  )
}
