import type { FormEvent } from 'react'
import { useLanguage } from '../words/language.tsx'

export function BibSearch({ bib, choose }: { bib: string; choose: (bib: string) => void }) {
  const { words } = useLanguage()
  const search = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const given = new FormData(event.currentTarget).get('bib')
    if (typeof given === 'string') choose(given.trim().toUpperCase())
  }
  return (
    <search>
      <form className="filters" onSubmit={search}>
        <label className="search">
          <span className="small quiet">{words.album.bib}</span>
          <input key={bib} name="bib" type="search" inputMode="numeric" defaultValue={bib} placeholder="587" />
        </label>
        <button type="submit">{words.album.find}</button>
      </form>
    </search>
  )
}
