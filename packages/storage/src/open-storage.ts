import { createDiskStorage } from './disk-storage.ts'
import type { S3Options } from './s3-bucket.ts'
import type { S3Storage } from './s3-storage.ts'
import type { Storage } from './storage.ts'

/**
 * The storage of an installation: the bucket if there is one, otherwise the data folder. The S3
 * client is only loaded if it is needed, because it takes tens of megabytes.
 */
export async function openStorage({ dataDir, s3 }: { dataDir: string; s3?: S3Options }): Promise<Storage> {
  if (s3 === undefined) return createDiskStorage(dataDir)
  const { createS3Storage } = await import('./s3-storage.ts')
  return createS3Storage(s3)
}

export const isS3Storage = (storage: Storage): storage is S3Storage => 'presign' in storage
