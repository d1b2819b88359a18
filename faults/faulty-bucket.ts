import { join } from 'node:path'
import { whyNoS3 as whyNoServer, type S3Service } from '@darkroom/local-services'
import { startS3Front, type S3Front } from './s3-front.ts'

/** A bucket behind a proxy that can hinder what is stored and read. */
export interface FaultyBucket {
  front: S3Front
  server: S3Service
  /** Where the server keeps the objects, as files with the names of their keys. */
  folder: string
  /** For the processes. */
  settings: NodeJS.ProcessEnv
}

const NAME = 'darkroom'
/** Where the server keeps what is not an object yet. */
const OF_SERVER = '.sgwtmp/'

export async function openBucket(server: S3Service, stores: string): Promise<FaultyBucket> {
  const front = await startS3Front(server.url)
  const settings = {
    STORAGE: 's3',
    S3_ENDPOINT: front.url,
    S3_BUCKET: NAME,
    S3_REGION: server.region,
    S3_ACCESS_KEY: server.accessKey,
    S3_SECRET_KEY: server.secretKey,
  }
  return { front, server, folder: join(stores, 's3', 'versitygw-data', NAME), settings }
}

export const isOfServer = (key: string): boolean => key.startsWith(OF_SERVER)

export const whyNoS3 = (): string | undefined => whyNoServer(join(import.meta.dirname, '..', '.darkroom'))

export function bucketOf({ bucket }: { bucket: FaultyBucket | undefined }): FaultyBucket {
  if (bucket === undefined) throw new Error('The scenario has no bucket')
  return bucket
}
