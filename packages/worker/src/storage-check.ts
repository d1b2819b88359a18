import { INSTALLATION_MARKER, isS3Storage, type Storage } from '@darkroom/storage'
import type { Workplace } from './workplace.ts'

export interface StorageCheckOptions {
  storage: Storage
  workplace: Pick<Workplace, 'check'>
  /** The id of the installation that the jobs belong to; undefined if it is currently unknown. */
  readExpected: () => Promise<string | undefined>
}

export type StorageCheck = ReturnType<typeof createStorageCheck>

export function createStorageCheck({ storage, workplace, readExpected }: StorageCheckOptions) {
  // Redis may lose it or be unreachable. The last known id is still valid.
  let expected: string | undefined
  /** The id that the last finished check used. */
  let checked: string | undefined

  const checkNow = async (): Promise<void> => {
    const found = await storage.readInstallation()
    if (expected !== undefined && found !== expected) throw new Error(wrongPlace(storage, expected, found))
    await workplace.check()
  }
  return {
    /**
     * Rejects with a message for the operator while jobs cannot use this storage: it belongs to another
     * installation, or is not writable.
     */
    async check(): Promise<void> {
      const installation = (expected = (await readExpected()) ?? expected)
      await checkNow().finally(() => (checked = installation))
    },

    /**
     * Whether the API has announced the installation only after the last check: a worker may start
     * before the API.
     */
    async isOutdated(): Promise<boolean> {
      return checked === undefined && (await readExpected()) !== undefined
    },
  }
}

function wrongPlace(storage: Storage, expected: string, found: string | undefined): string {
  const doubt = isS3Storage(storage) ? 'Is S3_BUCKET right?' : 'Is it mounted?'
  return found === undefined
    ? `${storage.place} does not belong to this installation: it has no ${INSTALLATION_MARKER}. ${doubt}`
    : `${storage.place} belongs to another installation: its ${INSTALLATION_MARKER} has the id ${found}, but the API's has ${expected}`
}
