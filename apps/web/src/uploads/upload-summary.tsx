import { useLanguage } from '../words/language.tsx'
import { sizeChange } from '../words/size-change.ts'
import { useSummary } from './use-summary.ts'
import { useUploads } from './use-uploads.ts'

/** All photos, or those of an album, in one line, which is also read out. */
export function UploadSummary({ album }: { album?: string }) {
  const { words, formats } = useLanguage()
  const uploads = useUploads()
  const { all, settled, refused, interrupted, bytesBefore, bytesAfter, share } = useSummary(album)
  const parts = [
    words.upload.summary(formats.count(settled), formats.count(all)),
    ...(refused > 0 ? [words.upload.refused(formats.count(refused))] : []),
    ...(interrupted > 0 ? [words.upload.interrupted] : []),
    ...(bytesBefore > 0
      ? [
          words.upload.saved(formats.bytes(bytesBefore), formats.bytes(bytesAfter)),
          sizeChange(words, formats, { before: bytesBefore, after: bytesAfter }),
        ]
      : []),
  ]
  return (
    <section className="summary">
      <p role="status">{parts.join(' · ')}</p>
      <button type="button" className="plain" disabled={settled === 0} onClick={() => uploads.removeSettled()}>
        {words.upload.clear}
      </button>
      {settled < all && <progress value={share} max={1} aria-label={words.upload.list} />}
    </section>
  )
}
