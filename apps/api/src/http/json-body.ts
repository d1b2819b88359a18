import express, { type RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { askForBody } from './ask-for-body.ts'

/** Reads the JSON object in a request's body. Throws NOT_JSON, INVALID_JSON, BODY_TOO_LARGE. */
export function jsonBody(maxBytes: number): RequestHandler[] {
  return [requireJson, express.json({ limit: maxBytes }), requireObject]
}

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
  throw new AppError('INVALID_JSON', 'The body must be a JSON object, such as { "name": "beach.jpg" }.')
}
