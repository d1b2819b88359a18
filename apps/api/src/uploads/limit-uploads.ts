import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { clientOf } from '../http/client-address.ts'
import { Tally } from '../http/tally.ts'

/**
 * Limits concurrent uploads from one address, which leaves the rest of a process's uploads to other
 * clients.
 */
export function limitUploads(perAddress: number): RequestHandler {
  const tally = new Tally()
  return (req, res, next) => {
    const client = clientOf(req)
    if (tally.of(client) >= perAddress) throw tooMany(perAddress)
    res.once('close', tally.take(client))
    next()
  }
}

const tooMany = (perAddress: number): AppError =>
  new AppError(
    'TOO_MANY_UPLOADS',
    `At most ${perAddress} concurrent uploads from one address are accepted. Nothing was stored: send this one again when another has finished.`,
    { headers: { 'Retry-After': '2' } },
  )
