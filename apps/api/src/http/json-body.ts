import express, { type Request, type RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { askForBody } from './ask-for-body.ts'

/** Reads the JSON object in a request's body. Throws NOT_JSON, INVALID_JSON, BODY_TOO_LARGE. */
export function jsonBody(maxBytes: number): RequestHandler[] {
  // What is not an object is refused below, by a text that says so.
  return [requireJson, express.json({ limit: maxBytes, strict: false }), requireObject]
}

/** For a body without required fields: none at all stands for `{}`. */
export const orNoBody = (readJson: readonly RequestHandler[]): RequestHandler[] =>
  readJson.map((handle) => (req, res, next) => {
    if (hasBody(req)) return handle(req, res, next)
    req.body = {}
    next()
  })

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const requireJson: RequestHandler = (req, res, next) => {
  if (req.is('application/json')) {
    askForBody(req, res)
    return next()
  }
  const type = req.get('Content-Type')
  const got =
    type === undefined ? 'The request has no Content-Type' : `The request is ${JSON.stringify(type.slice(0, 100))}`
  throw new AppError('NOT_JSON', `${got}: send a JSON object with Content-Type: application/json.`)
}

const requireObject: RequestHandler = (req, _res, next) => {
  const body: unknown = req.body
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return next()
  const given =
    body === undefined ? 'missing' : Array.isArray(body) ? 'a list' : body === null ? 'null' : `a ${typeof body}`
  throw new AppError('INVALID_JSON', `The body is ${given}: it must be a JSON object, such as { "name": "beach.jpg" }.`)
}
