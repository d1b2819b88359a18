import type { Album } from '@darkroom/contracts'
import { useQuery } from '@tanstack/react-query'
import { useSearchParams, type RouteComponentProps } from 'wouter'
import { ProblemError } from '../api/problem-error.ts'
import { request } from '../api/request.ts'
import { useAccess } from '../api/use-access.ts'
import { useRefresh } from '../api/use-refresh.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'
import './album.css'
import { AlbumPhotos } from './album-photos.tsx'
import { AlbumUpload } from './album-upload.tsx'
import { BibSearch } from './bib-search.tsx'
import { FoundPhotos } from './found-photos.tsx'
import { RosterUpload } from './roster-upload.tsx'

const EVERY_MS = 5000

/** The photos of a race: a search by number, and what a person should look at. */
export function AlbumPage({ params: { album: name } }: RouteComponentProps<{ album: string }>) {
  const { words } = useLanguage()
  const [params, setParams] = useSearchParams()
  const bib = params.get('bib') ?? ''
  const mayWrite = useAccess().may('tasks:write')
  useRefresh(['album', name])
  const { data: album, error } = useQuery({
    queryKey: ['album', name],
    queryFn: ({ signal }) => request<Album>(`/albums/${name}`, { signal }),
    refetchInterval: EVERY_MS,
  })
  // An album begins with its first photo.
  const isNew = error instanceof ProblemError && error.code === 'ALBUM_NOT_FOUND'
  return (
    <>
      <title>{`${name} · Darkroom`}</title>
      <h1>{name}</h1>
      {album ? (
        <AlbumFacts album={album} />
      ) : isNew ? (
        <p className="facts quiet">{words.album.isNew}</p>
      ) : (
        <FaultText error={error} />
      )}
      <AlbumUpload album={name} />
      {mayWrite && <RosterUpload album={name} />}
      <BibSearch bib={bib} choose={(value) => setParams(value === '' ? {} : { bib: value }, { replace: true })} />
      {album && <FoundPhotos key={bib} album={name} bib={bib} />}
      {album && bib === '' && <AlbumPhotos album={name} />}
    </>
  )
}

function AlbumFacts({ album: { photos, readings, roster } }: { album: Album }) {
  const { words, formats } = useLanguage()
  const open = photos.counts.pending + photos.counts.processing
  const facts = [
    words.album.photos(formats.count(photos.total)),
    ...(open > 0 ? [words.batch.toGo(formats.count(open))] : []),
    words.album.readings(formats.count(readings.total)),
    words.album.toReview(formats.count(readings.toReview)),
    ...(roster ? [words.album.roster(formats.count(roster.count))] : []),
  ]
  return (
    <p className="facts small quiet" role="status">
      {facts.join(' · ')}
    </p>
  )
}
