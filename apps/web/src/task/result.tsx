import type { ShownBib, Task } from '@darkroom/contracts'
import { ProblemText } from '../parts/problem-text.tsx'
import { Saving } from '../parts/saving.tsx'
import { useLanguage } from '../words/language.tsx'
import { isEnded, resultBytes } from '../uploads/upload.ts'
import { BoxedPhoto } from '../album/boxed-photo.tsx'
import '../album/album.css'
import { Compare } from './compare.tsx'

/** What a video is made of was not in a file. */
const adviceOn = ({ kind }: Task, { retryable }: { retryable: boolean }) =>
  retryable ? 'again' : kind === 'video.render' ? 'input' : 'other'

/** The picture before and after, the video, or how far the task is, or why there is nothing. */
export function Result({ task }: { task: Task }) {
  const { words, formats } = useLanguage()
  const { status, progress, images, files, error } = task
  if (!isEnded(task))
    return (
      <div className="card padded">
        <p>
          {status === 'pending'
            ? words.task.waiting
            : words.task.stage(progress.stage, formats.share(progress.percent / 100))}
        </p>
        <progress value={progress.percent} max={100} aria-label={task.name} />
      </div>
    )
  if (status !== 'completed')
    return (
      <div className="card padded">
        <p className={status === 'failed' ? 'bad' : 'quiet'}>
          {error ? <ProblemText {...error} /> : words.task.status[status]}
        </p>
        {error && <p className="quiet small">{words.task.advice[adviceOn(task, error)]}</p>}
      </div>
    )
  const video = files?.find(({ contentType }) => contentType.startsWith('video/'))
  if (video)
    return (
      // The videos of the templates have no speech.
      <video className="video" controls playsInline preload="metadata" src={video.url} />
    )
  const bibs = task.result?.['bibs'] as ShownBib[] | undefined
  if (bibs)
    return (
      <figure>
        <BoxedPhoto task={task} bibs={bibs} />
        <figcaption className="small quiet">
          {words.album.bibs}: {bibs.map(({ number }) => number).join(', ') || '–'}
        </figcaption>
      </figure>
    )
  const [largest] = images
  return largest ? (
    <figure>
      <Compare before={`${task.links.download}?resolution=original`} after={largest} name={task.name} />
      <figcaption className="small quiet">{captionOf()}</figcaption>
    </figure>
  ) : null

  function captionOf() {
    const after = resultBytes(task)
    if (task.source.bytes === undefined || after === undefined || !largest) return null
    return (
      <>
        {words.task.sides(formats.bytes(task.source.bytes), largest.resolution, formats.bytes(after))}{' '}
        <Saving before={task.source.bytes} after={after} />
      </>
    )
  }
}
