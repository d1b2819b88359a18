import { useSyncExternalStore } from 'react'
import { isEnded, ofAlbum, isSettled, resultBytes, shareDone, type Upload } from './upload.ts'
import { useUploads } from './use-uploads.ts'

export interface Summary {
  all: number
  settled: number
  refused: number
  interrupted: number
  /** Of the finished photos. */
  bytesBefore: number
  bytesAfter: number
  share: number
}

/** All uploads together, or those of an album. */
export function useSummary(album?: string): Summary {
  const { subscribe, all } = useUploads()
  // A text, since the same numbers must be the same value.
  return JSON.parse(useSyncExternalStore(subscribe, () => JSON.stringify(summaryOf(ofAlbum(all(), album))))) as Summary
}

export function summaryOf(uploads: readonly Upload[]): Summary {
  const summary = { all: uploads.length, settled: 0, refused: 0, interrupted: 0, bytesBefore: 0, bytesAfter: 0 }
  let share = 0
  for (const upload of uploads) {
    share += shareDone(upload)
    if (isSettled(upload)) summary.settled += 1
    if (upload.state.step === 'refused') summary.refused += 1
    if (upload.state.step === 'interrupted') summary.interrupted += 1
    if (upload.state.step !== 'accepted' || !isEnded(upload.state.task)) continue
    if (upload.state.task.status === 'failed') summary.refused += 1
    const bytes = resultBytes(upload.state.task)
    if (bytes === undefined) continue
    summary.bytesBefore += upload.file.size
    summary.bytesAfter += bytes
  }
  return { ...summary, share: uploads.length === 0 ? 0 : share / uploads.length }
}
