import { inTime, type Logger } from '@darkroom/runtime'
import { markInstallation, readInstallation, StorageError, type DiskStorage } from '@darkroom/storage'
import { remember } from './metrics/remember.ts'

/** However often it is asked, the disk is tried once in this time. */
const REMEMBER_MS = 3000
const ANSWER_MS = 2000

/** What keeps files from being stored; undefined when nothing does. */
export type StorageFault = () => Promise<Error | undefined>

/**
 * Tries the data folder by writing to it. A mount that is away leaves an empty folder behind, which could be written to: so the folder must
 * also bear the marker that it had at first.
 */
export function watchStorage({ storage, dataDir, log }: { storage: DiskStorage; dataDir: string; log: Logger }): {
  probe: StorageFault
  /** Tries again only while it is known that something is wrong: each upload is a trial of its own. */
  known: StorageFault
} {
  let installation: string | undefined
  let trying: Promise<void> | undefined
  let wasWell = true

  const tryIt = async (): Promise<void> => {
    await storage.check()
    installation ??= await markInstallation(dataDir)
    if ((await readInstallation(dataDir)) !== installation)
      throw new StorageError('STORAGE_FAILED', 'DATA_DIR is not the folder that it was: is its mount away?')
  }
  // A disk that hangs keeps one thread busy, not one more each time.
  const answer = (): Promise<void> => (trying ??= tryIt().finally(() => (trying = undefined)))
  const late = () => new StorageError('STORAGE_FAILED', `DATA_DIR has not answered for ${ANSWER_MS} ms.`)

  const probe = remember(REMEMBER_MS, async () => {
    const fault = await inTime(ANSWER_MS, answer, late).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    )
    if (fault !== undefined && wasWell) log.error({ err: fault, dataDir }, 'DATA_DIR cannot be used: uploads are refused until it can')
    if (fault === undefined && !wasWell) log.info({ dataDir }, 'DATA_DIR can be used again')
    wasWell = fault === undefined
    return fault
  })
  return { probe, known: async () => (wasWell ? undefined : probe()) }
}
