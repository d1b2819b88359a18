import type { RequestHandler } from 'express'
import { storageFull } from '../app-error.ts'
import { remember } from '../ground/remember.ts'

const REMEMBER_MS = 1000

/**
 * Refuses uploads while the disk has less than `minFreeBytes` left: what was accepted before needs
 * room for its variants. A disk that cannot be asked refuses nothing; the write itself will tell.
 */
export function freeSpaceGate(
  freeBytes: () => Promise<number>,
  minFreeBytes: number,
  onRefused: () => void,
): RequestHandler {
  const known = remember(REMEMBER_MS, () => freeBytes().catch(() => Number.POSITIVE_INFINITY))
  return async (_req, _res, next) => {
    if ((await known()) >= minFreeBytes) return next()
    onRefused()
    throw storageFull()
  }
}
