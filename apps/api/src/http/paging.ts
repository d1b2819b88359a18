import type { Request, Response } from 'express'
import { z } from 'zod'
import { wholeNumberOr } from './query-fields.ts'

/** The part of a query that selects a page of a list. */
export const pages = {
  page: wholeNumberOr(1, 1, 1_000_000).meta({ description: 'The page number' }),
  limit: wholeNumberOr(20, 1, 100).meta({ description: 'Tasks per page' }),
  cursor: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Where the page starts: `nextCursor` of the previous page; takes precedence over `page`' }),
}

/** A query that only selects a page. */
export const pageQuery = z.strictObject(pages)

/** Sends a page of a list, with a Link header to the next one if there is one. */
export function sendPage(req: Request, res: Response, page: { nextCursor: string | null }): void {
  if (page.nextCursor !== null) res.links({ next: nextPage(req, page.nextCursor) })
  res.json(page)
}

function nextPage(req: Request, cursor: string): string {
  const query = new URLSearchParams(Object.entries(req.query).filter(([name]) => name !== 'page') as [string, string][])
  query.set('cursor', cursor)
  return `${req.baseUrl}${req.path}?${query.toString()}`
}
