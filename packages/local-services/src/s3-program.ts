import { randomBytes } from 'node:crypto'
import { askS3 } from './ask-server.ts'
import type { ServerProgram } from './owned-process.ts'
import type { S3Access } from './service.ts'

/** versitygw: stores objects as files, with their metadata in extended attributes. */
export function versitygwProgram(file: string, { accessKey, secretKey, region }: S3Access): ServerProgram {
  return {
    name: 'versitygw',
    file,
    dataName: 'versitygw-data',
    args: (port, dataFolder) => [
      ...['--quiet', '--port', `127.0.0.1:${port}`, '--region', region],
      // By default it closes the connection after each response.
      '--keep-alive',
      ...['--access', accessKey, '--secret', secretKey],
      ...['posix', dataFolder],
    ],
    ask: (port) => askS3(s3Url(port)),
  }
}

export const s3Url = (port: number): string => `http://127.0.0.1:${port}`

/** For a server of our own. */
export const newS3Access = (): S3Access => ({
  accessKey: 'darkroom',
  secretKey: randomBytes(20).toString('hex'),
  region: 'us-east-1',
})
