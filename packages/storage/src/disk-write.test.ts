import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDiskPaths } from './disk-paths.ts'
import { adoptFile } from './disk-write.ts'
import { sharedThread, type FileSystem } from './file-system.ts'

/** Places below a new folder, by way of system calls that differ from the real ones. */
async function open(differences: Partial<FileSystem>) {
  const folder = await mkdtemp(join(tmpdir(), 'disk-write-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const paths = createDiskPaths(join(folder, 'data'), { ...sharedThread, ...differences })
  const upload = join(folder, 'upload')
  await writeFile(upload, 'photo', { mode: 0o600 })
  return { folder, upload, placeOf: (key: string) => ({ paths, key, path: paths.resolve(key) }) }
}

test('a file that is removed while its name is synced is not adopted', async () => {
  const { upload, placeOf } = await open({
    syncFolder: async (path) => {
      if (path.endsWith('/a')) await rm(path, { recursive: true })
      await sharedThread.syncFolder(path)
    },
  })
  await expect(adoptFile(placeOf('a/file'), upload)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
})
