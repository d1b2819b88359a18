import { HEX_ID, MAX_COUNTED } from '@darkroom/contracts'
import { AppError } from '../app-error.ts'
import { fromBase64url } from '../ground/base64url.ts'

export interface PageRequest {
  page: number
  limit: number
  cursor?: string | undefined
}

/** Where something is in a list, newest first. */
export interface Place {
  createdAt: Date
  id: string
}

/** Where a page starts: at an offset, or after a given place. */
export type PageStart = { skip: number } | { after: Place }

/** Throws INVALID_QUERY. */
export const startOf = ({ page, limit, cursor }: PageRequest): PageStart =>
  cursor ? { after: parseCursor(cursor) } : { skip: (page - 1) * limit }

/**
 * A page of a list. `found` has one more than the page, if there is one; `counted` is the number of
 * all, counted up to one more than `MAX_COUNTED`, or negative if counting took too long.
 */
export function pageOf<Item extends { createdAt: Date | string; id: string }>(
  request: PageRequest,
  found: readonly Item[],
  counted: number,
) {
  const { page, limit } = request
  const items = found.slice(0, limit)
  const last = items.at(-1)
  const nextCursor = last && found.length > limit ? formatCursor(last) : null
  const before = request.cursor ? undefined : (page - 1) * limit
  const total = totalOf({ before, found: found.length, isLast: nextCursor === null, counted })
  return { items, page, limit, ...total, nextCursor }
}

/**
 * The count may be old, and is limited. The page itself is current, and the last page shows the
 * exact total.
 */
function totalOf(seen: { before: number | undefined; found: number; isLast: boolean; counted: number }) {
  const { before, found, isLast, counted } = seen
  const atLeast = found > 0 ? (before ?? 0) + found : 0
  const showsTheEnd = isLast && before !== undefined && (found > 0 || before === 0)
  if (showsTheEnd) return { total: atLeast, totalIsExact: true }
  return {
    total: Math.max(atLeast, Math.min(counted, MAX_COUNTED)),
    totalIsExact: counted >= atLeast && counted <= MAX_COUNTED,
  }
}

/**
 * Where the next page starts: after the last one shown, whatever was added or removed meanwhile.
 */
export const formatCursor = ({ createdAt, id }: { createdAt: Date | string; id: string }): string =>
  Buffer.from(`${new Date(createdAt).getTime().toString(36)}.${id}`).toString('base64url')

const CURSOR = new RegExp(`^([0-9a-z]{1,10})\\.(${HEX_ID})$`)

function parseCursor(cursor: string): Place {
  const [, time, id] = CURSOR.exec(fromBase64url(cursor)?.toString('latin1') ?? '') ?? []
  const createdAt = new Date(Number.parseInt(time ?? '', 36))
  if (id && !Number.isNaN(createdAt.getTime())) return { createdAt, id }
  throw new AppError('INVALID_QUERY', 'The cursor is invalid: use `nextCursor` of the previous page.', {
    errors: [{ pointer: '/cursor', detail: 'not a cursor' }],
  })
}
