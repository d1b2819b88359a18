import type { Request, RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { Tally } from '../http/tally.ts'

/**
 * Limits concurrent uploads from one address, or of one tenant, which leaves the rest of a
 * process's uploads to others.
 */
export function limitUploads(of: 'address' | 'tenant', most: number, nameOf: (req: Request) => string): RequestHandler {
  const tally = new Tally()
  return (req, res, next) => {
    const name = nameOf(req)
    if (tally.of(name) >= most) throw tooMany(of, most)
    res.once('close', tally.take(name))
    next()
  }
}

const tooMany = (of: 'address' | 'tenant', most: number): AppError =>
  new AppError(
    'TOO_MANY_UPLOADS',
    `At most ${most} concurrent uploads ${of === 'address' ? 'from one address' : 'of one tenant'} are accepted. Nothing was stored: send this one again when another has finished.`,
    { headers: { 'Retry-After': '2' } },
  )
