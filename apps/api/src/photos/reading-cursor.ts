import { HEX_ID } from '@darkroom/contracts'
import { AppError } from '../app-error.ts'
import { fromBase64url } from '../ground/base64url.ts'
import type { After } from './reading-store.ts'

const CURSOR = new RegExp(`^([01](?:\\.\\d{1,20})?(?:e-\\d{1,3})?) (${HEX_ID}\\.[0-9A-Z]{1,20})$`)

/** Where the next page starts: after the last reading, whatever was added or removed meanwhile. */
export const formatCursor = ({ value, id }: After): string => Buffer.from(`${value} ${id}`).toString('base64url')

/** Throws INVALID_QUERY. */
export function parseCursor(cursor: string | undefined): After | undefined {
  if (cursor === undefined) return undefined
  const [, value, id] = CURSOR.exec(fromBase64url(cursor)?.toString('latin1') ?? '') ?? []
  if (value !== undefined && id !== undefined) return { value: Number(value), id }
  throw new AppError('INVALID_QUERY', 'The cursor is invalid: use `nextCursor` of the previous page.', {
    errors: [{ pointer: '/cursor', detail: 'not a cursor' }],
  })
}
