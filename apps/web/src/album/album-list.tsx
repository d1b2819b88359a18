import type { AlbumList as Albums } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'

const SHOWN = 50

/** The albums with the latest activity. */
export function AlbumList() {
  const { words, formats } = useLanguage()
  const { data, error } = useQuery({
    queryKey: ['albums'],
    queryFn: ({ signal }) => request<Albums>(`/albums?limit=${SHOWN}`, { signal }),
  })
  if (error) return <FaultText error={error} />
  if (!data || data.items.length === 0) return null
  return (
    <table className="card">
      <thead>
        <tr>
          <th scope="col">{words.album.name}</th>
          <th scope="col">{words.album.active}</th>
          <th scope="col">{words.album.size}</th>
        </tr>
      </thead>
      <tbody>
        {data.items.map(({ album, activeAt, photos }) => (
          <tr key={album}>
            <td>
              <Link href={`/albums/${album}`}>{album}</Link>
            </td>
            <td>{formats.moment(activeAt)}</td>
            <td>{words.album.photos(formats.count(photos.total))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
