import type { FormEvent } from 'react'
import { useLocation } from 'wouter'
import { useLanguage } from '../words/language.tsx'
import { AlbumList } from './album-list.tsx'

/** Leads to the album of a race. */
export function AlbumsPage() {
  const { words } = useLanguage()
  const [, go] = useLocation()
  const open = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const name = new FormData(event.currentTarget).get('album')
    if (typeof name === 'string') go(`/albums/${name.trim().toLowerCase()}`)
  }
  return (
    <>
      <title>{`${words.title.albums} · Darkroom`}</title>
      <h1>{words.title.albums}</h1>
      <form className="filters" onSubmit={open}>
        <label className="search">
          <span className="small quiet">{words.album.name}</span>
          <input name="album" required pattern="[a-zA-Z0-9][a-zA-Z0-9\-]{0,79}" placeholder="valencia-2026" />
        </label>
        <button type="submit">{words.album.open}</button>
      </form>
      <p className="quiet small">{words.album.hint}</p>
      <AlbumList />
    </>
  )
}
