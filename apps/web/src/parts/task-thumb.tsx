import type { Task } from '@darkroom/contracts'

/** The thumbnail of a task in its main colour until it is loaded, or an empty place. */
export function TaskThumb({ task }: { task: Pick<Task, 'files' | 'preview'> }) {
  const smallest = task.files?.findLast(({ contentType }) => contentType.startsWith('image/'))
  const url = (task.preview ?? smallest)?.url
  return (
    <div className="thumb" style={task.preview ? { backgroundColor: task.preview.color } : undefined}>
      {url !== undefined && <img src={url} alt="" loading="lazy" decoding="async" />}
    </div>
  )
}
