import { DropZone } from '../uploads/drop-zone.tsx'
import { UploadRows } from '../uploads/upload-rows.tsx'
import { UploadSummary } from '../uploads/upload-summary.tsx'
import { useAlbumOrder } from '../uploads/use-uploads.ts'
import '../uploads/uploads.css'

/** Photos that are dropped here belong to the album, and their numbers are read. */
export function AlbumUpload({ album }: { album: string }) {
  const order = useAlbumOrder(album)
  return (
    <>
      <DropZone fields={{ kind: 'photo.bibs', album }} />
      {order.length > 0 && (
        <>
          <UploadSummary album={album} />
          <UploadRows order={order} />
        </>
      )}
    </>
  )
}
