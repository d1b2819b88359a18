import { DropZone } from '../uploads/drop-zone.tsx'
import { UploadSummary } from '../uploads/upload-summary.tsx'
import { useUploadOrder } from '../uploads/use-uploads.ts'
import '../uploads/uploads.css'

/** Photos that are dropped here belong to the album, and their numbers are read. */
export function AlbumUpload({ album }: { album: string }) {
  const order = useUploadOrder()
  return (
    <>
      <DropZone fields={{ kind: 'photo.bibs', album }} />
      {order.length > 0 && <UploadSummary />}
    </>
  )
}
