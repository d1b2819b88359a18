import type { Request } from 'express'

const SIGNED = /^\/d\/.*/i

/**
 * The path of a request as it may appear in logs and errors: without the query, and without the
 * token of a signed URL, since whoever has it can download the file.
 */
export const shownPath = ({ originalUrl }: Pick<Request, 'originalUrl'>): string =>
  (originalUrl.split('?')[0] ?? '').replace(SIGNED, '/d/...')
