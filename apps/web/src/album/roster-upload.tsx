import type { RosterSummary } from '@darkroom/contracts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ChangeEvent } from 'react'
import { request } from '../api/request.ts'
import { FaultText } from '../parts/fault-text.tsx'
import { useLanguage } from '../words/language.tsx'

/** Replaces the valid numbers of a race. */
export function RosterUpload({ album }: { album: string }) {
  const { words, formats } = useLanguage()
  const queries = useQueryClient()
  const put = useMutation({
    mutationFn: (csv: File) => request<RosterSummary>(`/albums/${album}/roster`, { method: 'PUT', csv }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['album', album] }),
  })
  const choose = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    const [csv] = target.files ?? []
    if (csv) put.mutate(csv)
    // The same file can be chosen again.
    target.value = ''
  }
  return (
    <div className="roster">
      <label className="button">
        {words.album.putRoster}
        <input className="unseen" type="file" accept=".csv,text/csv" disabled={put.isPending} onChange={choose} />
      </label>
      {put.data && <p role="status">{words.album.rosterStored(formats.count(put.data.count))}</p>}
      <FaultText error={put.error} />
    </div>
  )
}
