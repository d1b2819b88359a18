import express, { type RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { askForBody } from '../http/ask-for-body.ts'
import { byteSize } from '../http/byte-size.ts'
import { jsonBody } from '../http/json-body.ts'

const CSV = 'text/csv'
const JSON_TYPE = 'application/json'

/** Reads a roster: CSV as text, or a JSON object. Throws NOT_A_ROSTER, INVALID_JSON, BODY_TOO_LARGE. */
export function rosterBody(maxBytes: number): RequestHandler[] {
  return [
    requireType,
    refuseHuge(maxBytes),
    onlyFor(CSV, askFirst),
    onlyFor(CSV, express.text({ type: CSV, limit: maxBytes })),
    ...jsonBody(maxBytes).map((handler) => onlyFor(JSON_TYPE, handler)),
  ]
}

const requireType: RequestHandler = (req, _res, next) => {
  if (req.is([CSV, JSON_TYPE])) return next()
  const type = req.get('Content-Type')
  const got =
    type === undefined ? 'The request has no Content-Type' : `The request is ${JSON.stringify(type.slice(0, 100))}`
  throw new AppError('NOT_A_ROSTER', `${got}: send CSV with Content-Type: text/csv, or JSON with application/json.`)
}

/** The parsers would read it to its end first. */
const refuseHuge =
  (maxBytes: number): RequestHandler =>
  (req, _res, next) => {
    const bytes = Number(req.get('Content-Length') ?? 0)
    if (bytes <= maxBytes) return next()
    throw new AppError(
      'BODY_TOO_LARGE',
      `The roster has ${byteSize(bytes)}: at most ${byteSize(maxBytes)} are accepted.`,
      { headers: { Connection: 'close' } },
    )
  }

const askFirst: RequestHandler = (req, res, next) => {
  askForBody(req, res)
  next()
}

const onlyFor =
  (type: string, handler: RequestHandler): RequestHandler =>
  (req, res, next) =>
    req.is(type) ? handler(req, res, next) : next()
