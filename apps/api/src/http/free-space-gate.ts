import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'

const REMEMBER_MS = 1000

/**
 * Refuses uploads while the disk has less than `minFreeBytes` left: what was accepted before needs room for its
 * variants. A disk that cannot be asked refuses nothing; the write itself will tell.
 */
export function freeSpaceGate(freeBytes: () => Promise<number>, minFreeBytes: number, onRefused: () => void): RequestHandler {
  let known = { at: 0, bytes: Promise.resolve(Number.POSITIVE_INFINITY) }
  return async (_req, _res, next) => {
    if (Date.now() - known.at > REMEMBER_MS) known = { at: Date.now(), bytes: freeBytes().catch(() => Number.POSITIVE_INFINITY) }
    if ((await known.bytes) >= minFreeBytes) return next()
    onRefused()
    throw storageFull()
  }
}

export const storageUnavailable = (cause: unknown): AppError =>
  new AppError(503, 'STORAGE_UNAVAILABLE', 'Files can be neither stored nor read right now. Nothing was accepted; try again later.', {
    headers: { 'Retry-After': '5' },
    cause,
  })

export const storageFull = (): AppError =>
  new AppError(507, 'STORAGE_FULL', 'There is no room to take the file right now. Nothing was stored; try again later.', {
    headers: { 'Retry-After': '30' },
  })
