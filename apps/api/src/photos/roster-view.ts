import type { RosterSummary } from '@darkroom/contracts'
import { AppError } from '../app-error.ts'
import type { RosterOutline } from './roster-store.ts'

/** A roster as clients see it; null if the album has none. */
export function toSummary(head: RosterOutline | undefined): RosterSummary | null {
  if (!head || head.count === null) return null
  const { album, count, updatedAt, applyAt } = head
  return { album, count, updatedAt: updatedAt.toISOString(), isApplied: applyAt === null }
}

export const rosterNotFound = (): AppError =>
  new AppError('ROSTER_NOT_FOUND', 'The album has no roster: put one as CSV or JSON.')
