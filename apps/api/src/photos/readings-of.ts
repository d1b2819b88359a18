import type { ShownBib } from '@darkroom/contracts'
import type { TaskRecord } from '../tasks/task.ts'
import { bibsOf } from './bibs-of.ts'
import { albumIn } from './photo-store.ts'
import type { Reading } from './reading-store.ts'

/** The readings of a photo to search for: the best of each number. None once its files expired. */
export function readingsOf(task: TaskRecord): Reading[] {
  if (!isSearchable(task)) return []
  const best = bibsOf(task).toSorted((a, b) => b.confidence - a.confidence)
  const byNumber = new Map(best.toReversed().map((bib) => [bib.number, bib]))
  const { tenant, id: photo } = task
  return [...byNumber.values()].map(({ number, confidence, unlisted }) => ({
    ...{ tenant, album: albumIn(task), photo, number, confidence },
    trust: unlisted ? 0 : confidence,
  }))
}

/** The best reading of a number in a photo; undefined if it does not show it any more. */
export const bestBib = (task: TaskRecord, number: string): ShownBib | undefined =>
  isSearchable(task)
    ? bibsOf(task)
        .filter((bib) => bib.number === number)
        .toSorted((a, b) => b.confidence - a.confidence)[0]
    : undefined

const isSearchable = ({ status }: TaskRecord): boolean => status !== 'expired'
