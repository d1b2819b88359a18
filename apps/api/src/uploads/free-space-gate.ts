import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { remember } from '../ground/remember.ts'

const REMEMBER_MS = 1000

/**
 * Refuses uploads while the disk has less than `minFreeBytes` left: what was accepted before needs room for its
 * variants. A disk that cannot be asked refuses nothing; the write itself will tell.
 */
export function freeSpaceGate(freeBytes: () => Promise<number>, minFreeBytes: number, onRefused: () => void): RequestHandler {
  const known = remember(REMEMBER_MS, () => freeBytes().catch(() => Number.POSITIVE_INFINITY))
  return async (_req, _res, next) => {
    if ((await known()) >= minFreeBytes) return next()
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
