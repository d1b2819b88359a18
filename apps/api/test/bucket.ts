import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startS3Server } from '@darkroom/local-services'
import { uniqueName } from '@darkroom/testing'

/** An S3 server for the tests of one file; undefined, with a line that says why, if there is none. */
export async function startBucketServer() {
  const server = await startS3Server({ folder: await mkdtemp(join(tmpdir(), 's3-')), log: console.log })
  return (
    server && {
      ...server,
      /** The settings of an API with a bucket of its own. */
      settings: (): NodeJS.ProcessEnv => ({
        STORAGE: 's3',
        S3_ENDPOINT: server.url,
        S3_BUCKET: uniqueName('bucket'),
        S3_REGION: server.region,
        S3_ACCESS_KEY: server.accessKey,
        S3_SECRET_KEY: server.secretKey,
      }),
    }
  )
}
