import { INSTALLATION_MARKER, isStorageError, readInstallation, testWrite } from '@darkroom/storage'

export interface StorageCheckOptions {
  dataDir: string
  /** The id of the installation that the jobs belong to; undefined when it cannot be told now. */
  readExpected: () => Promise<string | undefined>
}

export type StorageCheck = ReturnType<typeof createStorageCheck>

export function createStorageCheck({ dataDir, readExpected }: StorageCheckOptions) {
  // Redis may forget it, or be away. What it said before is still true.
  let expected: string | undefined
  /** What the last check that has ended went by. */
  let checked: string | undefined

  const checkFolder = async (): Promise<void> => {
    const found = await readInstallation(dataDir)
    if (expected !== undefined && found !== expected) throw new Error(wrongFolder(dataDir, expected, found))
    await testWrite(dataDir).catch((error: unknown) => {
      throw isStorageError(error, 'NOT_FOUND')
        ? new Error(`DATA_DIR ${dataDir} does not exist: the API creates it at startup`)
        : error
    })
  }
  return {
    /**
     * Rejects, with a sentence for the operator, while jobs cannot be done with this data folder:
     * not its own, or not writable.
     */
    async check(): Promise<void> {
      const installation = (expected = (await readExpected()) ?? expected)
      await checkFolder().finally(() => (checked = installation))
    },

    /**
     * Whether the API has announced the installation only after the last check: a worker may be the
     * first to start.
     */
    async isOutdated(): Promise<boolean> {
      return checked === undefined && (await readExpected()) !== undefined
    },
  }
}

function wrongFolder(dataDir: string, expected: string, found: string | undefined): string {
  return found === undefined
    ? `DATA_DIR ${dataDir} does not belong to this installation: it has no ${INSTALLATION_MARKER}. Is it mounted?`
    : `DATA_DIR ${dataDir} belongs to another installation: its ${INSTALLATION_MARKER} has the id ${found}, but the API's folder has ${expected}`
}
