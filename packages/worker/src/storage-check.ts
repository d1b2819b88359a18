import { INSTALLATION_MARKER, isStorageError, testWrite, type Storage } from '@darkroom/storage'

export interface StorageCheckOptions {
  storage: Pick<Storage, 'place' | 'readInstallation'>
  dataDir: string
  /** The id of the installation that the jobs belong to; undefined if it is currently unknown. */
  readExpected: () => Promise<string | undefined>
}

export type StorageCheck = ReturnType<typeof createStorageCheck>

export function createStorageCheck({ storage, dataDir, readExpected }: StorageCheckOptions) {
  // Redis may lose it or be unreachable. The last known id is still valid.
  let expected: string | undefined
  /** The id that the last finished check used. */
  let checked: string | undefined

  const checkFolder = async (): Promise<void> => {
    const found = await storage.readInstallation()
    if (expected !== undefined && found !== expected) throw new Error(wrongPlace(storage.place, expected, found))
    await testWrite(dataDir).catch((error: unknown) => {
      throw isStorageError(error, 'NOT_FOUND')
        ? new Error(`DATA_DIR ${dataDir} does not exist: the API creates it at startup`)
        : error
    })
  }
  return {
    /**
     * Rejects with a message for the operator while jobs cannot use this data folder: it belongs to
     * another installation, or is not writable.
     */
    async check(): Promise<void> {
      const installation = (expected = (await readExpected()) ?? expected)
      await checkFolder().finally(() => (checked = installation))
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

function wrongPlace(place: string, expected: string, found: string | undefined): string {
  return found === undefined
    ? `${place} does not belong to this installation: it has no ${INSTALLATION_MARKER}. Is it mounted?`
    : `${place} belongs to another installation: its ${INSTALLATION_MARKER} has the id ${found}, but the API's folder has ${expected}`
}
