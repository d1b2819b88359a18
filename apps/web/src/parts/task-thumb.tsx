import type { Task } from '@darkroom/contracts'

/** The smallest result of a task, or an empty place. */
export function TaskThumb({ task }: { task: Pick<Task, 'images' | 'files'> }) {
  const still = task.files?.find(({ contentType }) => contentType.startsWith('image/'))
  const url = task.images.at(-1)?.url ?? still?.url
  return <div className="thumb">{url !== undefined && <img src={url} alt="" loading="lazy" decoding="async" />}</div>
}
