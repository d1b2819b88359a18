import { Link } from 'wouter'
import { ProblemText } from '../parts/problem-text.tsx'
import { Saving } from '../parts/saving.tsx'
import { useLanguage } from '../words/language.tsx'
import { RowActions } from './row-actions.tsx'
import { useThumbnail } from './thumbnail.ts'
import { resultBytes, shareDone, type Upload } from './upload.ts'
import { useUpload } from './use-uploads.ts'
import { useStatusText } from './use-status-text.ts'

/** What becomes of one photo. */
export function UploadRow({ id }: { id: number }) {
  const upload = useUpload(id)
  return upload ? <FilledRow upload={upload} /> : null
}

function FilledRow({ upload }: { upload: Upload }) {
  const { problem, text, mood } = useStatusText(upload)
  const share = shareDone(upload)
  return (
    <article className="row">
      <Thumbnail file={upload.file} />
      <div className="row-middle">
        <h2 className="row-name" title={upload.file.name}>
          {upload.state.step === 'accepted' ? (
            <Link href={`/tasks/${upload.state.task.id}`}>{upload.file.name}</Link>
          ) : (
            upload.file.name
          )}
        </h2>
        <p className={`row-text ${mood}`}>
          {problem && <ProblemText {...problem} />}
          {problem && text !== '' && ' · '}
          {text}
        </p>
        {share < 1 && <progress value={share} max={1} aria-label={upload.file.name} />}
      </div>
      <Sizes upload={upload} />
      <RowActions upload={upload} />
    </article>
  )
}

function Thumbnail({ file }: { file: File }) {
  const url = useThumbnail(file)
  const extension = file.name.includes('.') ? file.name.split('.').at(-1) : ''
  return (
    <div className="thumb">
      {url === undefined ? <span aria-hidden="true">{extension}</span> : <img src={url} alt="" />}
    </div>
  )
}

function Sizes({ upload: { file, state } }: { upload: Upload }) {
  const { formats } = useLanguage()
  const after = state.step === 'accepted' ? resultBytes(state.task) : undefined
  if (after === undefined) return <p className="row-sizes">{formats.bytes(file.size)}</p>
  return (
    <p className="row-sizes">
      {formats.bytes(file.size)} → <strong>{formats.bytes(after)}</strong> <Saving before={file.size} after={after} />
    </p>
  )
}
