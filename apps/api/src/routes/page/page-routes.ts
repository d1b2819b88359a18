import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import compression from 'compression'
import express, { type Request, type RequestHandler, type Router } from 'express'
import { setPageHeaders } from '../../http/page-headers.ts'
import { pagesOf } from '../../http/routes.ts'
import type { PageAccess } from './page-access.ts'

/** What the page knows about this installation before it asks. */
export interface PageSettings {
  maxFileBytes: number
  /** Whether workers may be killed from it. */
  isDemo: boolean
}

/** The paths of the page, beside `/`. What is shown there is decided by its scripts. */
const PATHS = ['/tasks', '/tasks/:id', '/batches/:id', '/albums', '/albums/:album', '/queue', '/settings']

/**
 * Nothing comes from elsewhere and nothing is inline; `blob:` is for thumbnails of photos that are
 * being uploaded.
 */
const policyFor = (bucket: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' blob: ${bucket}`.trim(),
    `media-src 'self' ${bucket}`.trim(),
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')

interface PageOptions {
  /** The build of the page. */
  folder: string
  settings: PageSettings
  accessOf: (req: Request) => Promise<PageAccess>
  /** The origin to which downloads are redirected. */
  bucket?: string
}

/** The web page: its document under every path of it, and its files. */
export function pageRoutes({ folder, settings, accessOf, bucket = '' }: PageOptions): Router {
  const policy = policyFor(bucket)
  const document = readFileSync(join(folder, 'index.html'), 'utf8')
  const send: RequestHandler = async (req, res) => {
    const access = await accessOf(req)
    setPageHeaders(res, policy)
    res
      .set('Cache-Control', 'private, no-cache')
      .type('html')
      .send(withSettings(document, { ...settings, ...access }))
  }

  const compress = compression()
  const router = express.Router({ caseSensitive: true })
  // Their names contain a digest of their content.
  const files = express.static(join(folder, 'assets'), { index: false, redirect: false, immutable: true, maxAge: '1y' })
  router.use('/assets', nameRoute, compress, files)
  router.use(pagesOf({ '/': { get: [compress, send] } }))
  return router.get(PATHS, compress, (req, res, next) => {
    res.vary('Accept')
    if (!isWanted(req)) return next()
    res.locals.route = '/page'
    return send(req, res, next)
  })
}

/** Programs that mistype a path of the API get its 404, not a page. */
const isWanted = (req: Request): boolean => req.accepts(['json', 'html']) === 'html'

/** Metrics count all files of the page as one. */
const nameRoute: RequestHandler = (_req, res, next) => {
  res.locals.route = '/assets'
  next()
}

const ESCAPED: Record<string, string> = { '&': '&amp;', '"': '&quot;', '<': '&lt;' }

function withSettings(document: string, settings: PageSettings & PageAccess): string {
  const content = JSON.stringify(settings).replaceAll(/[&"<]/g, (character) => ESCAPED[character] ?? character)
  return document.replace(
    /(<meta name="darkroom-settings" content=")[^"]*"/,
    (_all, start: string) => `${start}${content}"`,
  )
}
