import { readInstallation, testWrite } from '@darkroom/storage'

export interface StorageCheckOptions {
  dataDir: string
  /** The id of the installation that the jobs belong to; undefined when it cannot be told now. */
  readExpected: () => Promise<string | undefined>
}

/** Rejects, with a sentence for the operator, while jobs cannot be done with this data folder: not its own, or not writable. */
export function createStorageCheck({ dataDir, readExpected }: StorageCheckOptions): () => Promise<void> {
  // Redis may forget it, or be away. What it said before is still true.
  let expected: string | undefined
  return async () => {
    expected = (await readExpected()) ?? expected
    const found = await readInstallation(dataDir)
    if (expected !== undefined && found !== expected) throw new Error(wrongFolder(dataDir, expected, found))
    await testWrite(dataDir)
  }
}

function wrongFolder(dataDir: string, expected: string, found: string | undefined): string {
  return found === undefined
    ? `DATA_DIR ${dataDir} is not this installation's folder: it has no .darkroom.json. Is it mounted?`
    : `DATA_DIR ${dataDir} belongs to another installation: its .darkroom.json says ${found}, and the API's folder is ${expected}`
}
