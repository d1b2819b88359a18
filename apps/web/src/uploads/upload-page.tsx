import { DropZone } from './drop-zone.tsx'
import { UploadSummary } from './upload-summary.tsx'
import { UploadRows } from './upload-rows.tsx'
import './uploads.css'
import { useUploadOrder } from './use-uploads.ts'
import { useLanguage } from '../words/language.tsx'

/** Photos go in at the top; below, a row for each tells what becomes of it. */
export function UploadPage() {
  const { words } = useLanguage()
  const order = useUploadOrder()
  return (
    <>
      <title>{`${words.title.upload} · Darkroom`}</title>
      <h1 className="unseen">{words.title.upload}</h1>
      <DropZone />
      {order.length > 0 && (
        <>
          <UploadSummary />
          <UploadRows order={order} />
        </>
      )}
    </>
  )
}
