import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImageJob } from '@darkroom/contracts'
import { createDiskStorage, type DiskStorage } from '@darkroom/storage'
import { corruptJpeg } from '@darkroom/testing'
import { expect, onTestFinished, test } from 'vitest'
import { processImage } from './process-image.ts'

const job: ImageJob = {
  taskId: 'a'.repeat(24),
  imagePath: 'photo.jpg',
  timestamp: 0,
  epoch: 1,
  tenant: 'default',
  imageName: 'photo',
}

async function storeDamaged(): Promise<DiskStorage> {
  const folder = await mkdtemp(join(tmpdir(), 'process-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const storage = createDiskStorage(folder)
  await storage.put(job.imagePath, await corruptJpeg())
  return storage
}

const process = (storage: DiskStorage) => processImage(job, { storage, maxPixels: 50_000_000, onProgress: () => {} })

test('a damaged photo is rejected', async () => {
  await expect(process(await storeDamaged())).rejects.toMatchObject({
    reason: { code: 'IMAGE_CORRUPT', retryable: false },
  })
})
