import type { FileHandle } from 'node:fs/promises'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@darkroom/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createDiskPaths } from './disk-paths.ts'
import { adoptFile, putFile } from './disk-write.ts'
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

const failure = (code: string) => Object.assign(new Error(code), { code, syscall: 'open' })

test('a file that is removed while its name is synced is not adopted', async () => {
  const { upload, placeOf } = await open({
    syncFolder: async (path) => {
      if (path.endsWith('/a')) await rm(path, { recursive: true })
      await sharedThread.syncFolder(path)
    },
  })
  await expect(adoptFile(placeOf('a/file'), upload)).rejects.toMatchObject({ code: 'STORAGE_FAILED' })
})

test('the new time of a file that is there already is synced', async () => {
  const calls: string[] = []
  const { placeOf } = await open({
    open: async (path, flags, mode) => {
      const file = await sharedThread.open(path, flags, mode)
      const sync = file.sync.bind(file)
      return Object.assign(file, { sync: () => (calls.push(`sync ${path}`), sync()) })
    },
    utimes: (path, accessed, modified) => (calls.push(`utimes ${path}`), sharedThread.utimes(path, accessed, modified)),
  })
  const place = placeOf('a/file')
  await putFile(place, Buffer.from('x'))
  await putFile(place, Buffer.from('x'))
  expect(calls.slice(calls.indexOf(`utimes ${place.path}`))).toEqual([`utimes ${place.path}`, `sync ${place.path}`])
})

test('a file from another disk that cannot be stored is closed, and stays', async () => {
  const opened: FileHandle[] = []
  const { folder, upload, placeOf } = await open({
    rename: () => Promise.reject(failure('EXDEV')),
    open: async (path, flags, mode) => {
      if (path.endsWith('.tmp')) throw failure('EMFILE')
      const file = await sharedThread.open(path, flags, mode)
      opened.push(file as FileHandle)
      return file
    },
  })
  await expect(adoptFile(placeOf('a/file'), upload)).rejects.toMatchObject({ code: 'EMFILE' })
  await until(() => opened.every(({ fd }) => fd === -1), { what: 'all files to be closed' })
  expect(await readdir(folder)).toContain('upload')
})
