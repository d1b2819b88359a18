import { createHash } from 'node:crypto'
import compression from 'compression'
import express, { type Request, type Response, type RequestHandler, type Router } from 'express'
import { setPageHeaders } from '../../http/page-headers.ts'
import { pagesOf } from '../../http/routes.ts'
import type { ApiLimits } from '../api-limits.ts'
import { createOpenApiDocument } from './document.ts'
import { documentRoutes } from './document-routes.ts'
import { ASSETS, REFERENCE_POLICY, REFERENCE_BUNDLE, REFERENCE_PAGE } from './reference-page.ts'

/** `/openapi.json`, and `/docs` for people, whose scripts are also served from here. */
export function docsRoutes(limits: ApiLimits): Router {
  let made: { text: string; etag: string } | undefined
  // Created on the first request, so that it does not delay the startup.
  const document = () => (made ??= tagged(JSON.stringify(createOpenApiDocument(limits))))

  const router = express.Router({ caseSensitive: true })
  router.use(['/openapi.json', '/docs'], compression())
  router.use(
    `/${ASSETS}`,
    nameRoute,
    express.static(REFERENCE_BUNDLE, { index: false, redirect: false, immutable: true, maxAge: '1y' }),
  )
  return router.use(
    documentRoutes.router({ document, authorize: () => [] }),
    pagesOf({
      // For people who type the address.
      '/': { get: (_req, res) => void res.status(303).location('/docs').end() },
      '/docs': {
        get: (_req: Request, res: Response) => {
          setPageHeaders(res, REFERENCE_POLICY)
          res.set('Cache-Control', 'no-cache').type('html').send(REFERENCE_PAGE)
        },
      },
    }),
  )
}

/** Metrics count all files of the page as one. */
const nameRoute: RequestHandler = (_req, res, next) => {
  res.locals.route = '/docs/assets'
  next()
}

const tagged = (text: string) => ({
  text,
  etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`,
})
