import { AppError } from '../app-error.ts'
import { fromBase64url } from '../ground/base64url.ts'

type After = { createdAt: Date; id: string }
const CURSOR = /^(\d{1,15}) ([0-9a-f]{24})$/

/** Where the next page starts: after the last delivery of this one. */
export const formatDeliveryCursor = ({ createdAt, id }: After): string =>
  Buffer.from(`${createdAt.getTime()} ${id}`).toString('base64url')

/** Throws INVALID_QUERY. */
export function parseDeliveryCursor(cursor: string | undefined): After | undefined {
  if (cursor === undefined) return undefined
  const [, time, id] = CURSOR.exec(fromBase64url(cursor)?.toString('latin1') ?? '') ?? []
  if (time !== undefined && id !== undefined) return { createdAt: new Date(Number(time)), id }
  throw new AppError('INVALID_QUERY', 'The cursor is invalid: use `nextCursor` of the previous page.', {
    errors: [{ pointer: '/cursor', detail: 'not a cursor' }],
  })
}
