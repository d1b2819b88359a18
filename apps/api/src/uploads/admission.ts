import type { RequestHandler } from 'express'
import { AppError, storeAway } from '../app-error.ts'
import type { StorageFault } from '../installation/storage-watch.ts'

const RETRY_AFTER = { 'Retry-After': '10' }

/**
 * Refuses uploads that could not be accepted before their bodies are read: while a store is known
 * to be unreachable, and while too many uploads or jobs are in progress or waiting. Everything it
 * checks is in memory: no request causes a query.
 */
export function admission(deps: {
  isStoreAway: () => boolean
  storageFault: StorageFault
  /** The number of waiting jobs at the last reading. */
  queued: () => number
  maxQueued: number
  maxUploads: number
}): RequestHandler {
  let uploads = 0
  return async (_req, res, next) => {
    if (deps.isStoreAway()) throw storeAway()
    const fault = await deps.storageFault()
    if (fault !== undefined) throw fault
    if (uploads >= deps.maxUploads) throw overloaded(`${uploads} uploads are already in progress`)
    if (deps.queued() >= deps.maxQueued) throw overloaded(`${deps.queued()} tasks are already waiting`)
    uploads++
    res.once('close', () => uploads--)
    next()
  }
}

const overloaded = (because: string): AppError =>
  new AppError('OVERLOADED', `The service is overloaded: ${because}. Nothing was stored; try again later.`, {
    headers: RETRY_AFTER,
  })
