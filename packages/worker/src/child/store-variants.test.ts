import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDiskStorage, StorageError, type DiskStorage } from '@darkroom/storage'
import { expect, onTestFinished, test } from 'vitest'
import { storeVariants } from './store-variants.ts'

const jpeg = (md5: string) => ({ bytes: Buffer.from(md5), md5: md5.repeat(32), width: 8, height: 6 })

test('if one file cannot be stored, no other is still being stored when the job fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'variants-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const disk = createDiskStorage(folder)
  const { promise: failed, resolve: fail } = Promise.withResolvers<void>()
  const storage: DiskStorage = {
    ...disk,
    put: async (key, body) => {
      if (key.includes('/800/')) {
        fail()
        throw new StorageError('STORAGE_FULL', 'There is no space left.')
      }
      await failed
      return disk.put(key, body)
    },
  }
  const variants = [
    { ...jpeg('a'), resolution: '1024' },
    { ...jpeg('b'), resolution: '800' },
  ]
  const preview = { thumb: jpeg('c'), thumbhash: '', color: '' }
  const storing = storeVariants(storage, { tenant: 'default', imageName: 'beach' }, { variants, preview })
  await expect(storing).rejects.toMatchObject({ name: 'JobFailure' })
  expect(await Array.fromAsync(disk.list())).toHaveLength(2)
})
