import type { Request } from 'express'

const SIGNED = /\/d\/.*/i
const KEY = /dr[ku](?:_|%5f)[\w-]+/gi

/**
 * The path of a request as it may appear in logs and errors: without the query, and without the
 * token of a signed URL, since whoever has it can download the file, and without keys, which do not
 * belong there.
 */
export const shownPath = ({ originalUrl }: Pick<Request, 'originalUrl'>): string =>
  (originalUrl.split('?')[0] ?? '').replace(SIGNED, '/d/...').replaceAll(KEY, 'dr*_...')
