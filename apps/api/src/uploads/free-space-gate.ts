import type { RequestHandler } from 'express'
import { storageFull } from '../app-error.ts'
import { remember } from '../ground/remember.ts'

const REMEMBER_MS = 1000

/**
 * Refuses uploads while the disk has less than `minFreeBytes` left, as accepted tasks need space
 * for their variants. If the free space cannot be determined, nothing is refused; the write itself
 * will fail.
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
