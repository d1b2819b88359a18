import type { FoundPhoto, ShownBib, Task } from '@darkroom/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'

type Photo = FoundPhoto['photo']

/** What a person says about a photo counts for all of its numbers. */
export function Correction({ album, photo }: { album: string; photo: Photo }) {
  const { words } = useLanguage()
  const queries = useQueryClient()
  const read = (photo.result?.['bibs'] ?? []) as ShownBib[]
  const before = read.map(({ number }) => number).join(', ')
  const [said, setSaid] = useState(before)
  const save = useMutation({
    mutationFn: () => request<Task>(`/photos/${photo.id}/bibs`, { method: 'PUT', json: { bibs: toBibs(said, read) } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['album', album] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    save.mutate()
  }
  const label = words.album.onPhoto(photo.name)
  return (
    <>
      <form className="correction" onSubmit={submit}>
        <input aria-label={label} title={label} value={said} onChange={({ target }) => setSaid(target.value)} />
        <button type="submit" disabled={save.isPending}>
          {said.trim() === before ? words.album.confirm : words.album.correct}
        </button>
      </form>
      <FaultText error={save.error} />
    </>
  )
}

/** A corrected number is where the wrong one was read, as long as there are as many. */
function toBibs(said: string, read: readonly ShownBib[]) {
  const numbers = said.toUpperCase().match(/[^\s,;]+/g) ?? []
  return [...new Set(numbers)].map((number, index, all) => {
    const box = all.length === read.length ? read[index]?.box : undefined
    return { number, ...(box && { box }) }
  })
}
