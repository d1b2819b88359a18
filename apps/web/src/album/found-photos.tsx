import type { FoundPhoto, PhotoPage } from '@darkroom/contracts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { request } from '../api/request.ts'
import { useAccess } from '../api/use-access.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'
import { BoxedPhoto } from './boxed-photo.tsx'
import { Correction } from './correction.tsx'

const PAGE = 60
/** A roster is applied in the background, without events. */
const EVERY_MS = 5000
/** Shorter numbers are looked for as a whole. */
const LEAST_PART = 2

/**
 * The photos that show a number, best first; without a number, the readings that a person should
 * look at.
 */
export function FoundPhotos({ album, bib }: { album: string; bib: string }) {
  const { words } = useLanguage()
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['album', album, 'photos', bib],
    queryFn: ({ pageParam, signal }) => request<PhotoPage>(pathOf(album, bib, pageParam), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : EVERY_MS),
  })
  const found = data?.pages.flatMap(({ items }) => items) ?? []
  const title = bib === '' ? words.album.review : words.album.found(bib)
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <FaultText error={error} />
      {data && found.length === 0 && (
        <p className="quiet">{bib === '' ? words.album.nothingToReview : words.album.nothingFound}</p>
      )}
      <ul className="grid photos">
        {found.map((one) => (
          <Found key={`${one.photo.id} ${one.bib.number}`} found={one} toReview={bib === '' ? album : undefined} />
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {words.tasks.more}
        </button>
      )}
    </section>
  )
}

function pathOf(album: string, bib: string, cursor: string | null): string {
  const query = new URLSearchParams({ limit: String(PAGE) })
  if (cursor !== null) query.set('cursor', cursor)
  if (bib === '') return `/albums/${album}/review?${query}`
  query.set('bib', bib)
  query.set('album', album)
  if (bib.length >= LEAST_PART) query.set('match', 'contains')
  return `/photos?${query}`
}

interface Shown {
  found: FoundPhoto
  /** The album, if a person should look at it. */
  toReview: string | undefined
}

function Found({ found: { bib, photo }, toReview }: Shown) {
  const { words, formats } = useLanguage()
  const mayWrite = useAccess().may('tasks:write')
  return (
    <li className="card tile">
      <BoxedPhoto task={photo} bibs={[bib]} />
      <p>
        <strong>{bib.number}</strong>{' '}
        <span className="small quiet">
          {bib.origin === 'person' ? words.album.person : formats.share(bib.confidence)}
          {bib.unlisted && ` · ${words.album.unlisted}`}
        </span>
      </p>
      <Link href={`/tasks/${photo.id}`} className="task-name small">
        {photo.name}
      </Link>
      {mayWrite && toReview !== undefined && <Correction album={toReview} photo={photo} />}
    </li>
  )
}
