import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolderFor } from './cache-folder.ts'
import type { S3Service } from './service.ts'
import { startS3 } from './start-s3.ts'

/**
 * An S3 server of a test's or benchmark's own, empty unless the environment names one. Undefined if
 * there is no way to get one: says why in one line. Stopping it removes its folder.
 */
export async function startS3Server({
  folder,
  log,
}: {
  folder: string
  log: (line: string) => void
}): Promise<S3Service | undefined> {
  const home = join(folder, 's3')
  mkdirSync(home, { recursive: true })
  const context = { folder: home, cacheFolder: cacheFolderFor(process.env, folder), env: process.env, log }
  try {
    const server = await startS3({ ...context, fresh: true, durable: false })
    const { stop } = server
    server.stop = () => stop().then(() => rm(folder, { recursive: true, force: true }))
    return server
  } catch (error) {
    // A server that was named must be there.
    if (process.env['S3_ENDPOINT']) throw error
    await rm(folder, { recursive: true, force: true })
    log(`What needs an S3 server is skipped. ${String((error as Error).message).replaceAll(/\s*\n\s*-?\s*/g, ' ')}`)
    return undefined
  }
}
