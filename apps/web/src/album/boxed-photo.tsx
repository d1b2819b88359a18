import type { ShownBib, Task } from '@darkroom/contracts'

/** A photo with a frame around each number. */
export function BoxedPhoto({
  task,
  bibs,
}: {
  task: Pick<Task, 'source' | 'files' | 'name' | 'preview'>
  bibs: readonly ShownBib[]
}) {
  const { source } = task
  const url = task.files?.at(-1)?.url
  if (!('width' in source) || url === undefined) return <div className="thumb" />
  const { width, height } = source
  return (
    <div className="boxed" style={{ aspectRatio: `${width} / ${height}`, backgroundColor: task.preview?.color }}>
      <img src={url} alt={task.name} loading="lazy" decoding="async" />
      {bibs.map(
        ({ number, box }) =>
          box && (
            <span
              key={number}
              style={{
                left: `${(box.left / width) * 100}%`,
                top: `${(box.top / height) * 100}%`,
                width: `${(box.width / width) * 100}%`,
                height: `${(box.height / height) * 100}%`,
              }}
            />
          ),
      )}
    </div>
  )
}
