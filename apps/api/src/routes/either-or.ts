import type { Request, RequestHandler } from 'express'

export const isJson = (req: Request): boolean => Boolean(req.is('application/json'))

/** Some of these for JSON, others for anything else. */
export const eitherOr = (forJson: RequestHandler[], others: RequestHandler[]): RequestHandler[] => {
  const only =
    (wanted: boolean) =>
    (handle: RequestHandler): RequestHandler =>
    (req, res, next) =>
      isJson(req) === wanted ? handle(req, res, next) : next()
  return [...forJson.map(only(true)), ...others.map(only(false))]
}
