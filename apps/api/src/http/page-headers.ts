import type { Response } from 'express'
import helmet from 'helmet'

const setCommon = helmet({
  contentSecurityPolicy: false,
  // Whether other services of this host name use HTTPS is not known here: the proxy knows.
  strictTransportSecurity: false,
  frameguard: { action: 'deny' },
  // With the default, no-referrer, browsers send forms of our own pages with `Origin: null`, and they
  // would be refused as those of other sites.
  referrerPolicy: { policy: 'same-origin' },
})

/** The security headers of a page; what it may load is stated by its own policy. */
export function setPageHeaders(res: Response, policy: string): void {
  setCommon(res.req, res, () => {})
  res.set('Content-Security-Policy', policy)
}
