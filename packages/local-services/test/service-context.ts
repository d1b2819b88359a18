import { mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ServiceContext } from '../src/service.ts'
import { temporaryFolder } from './temporary-folder.ts'

/**
 * For a service of a test's own, which the test may kill; programs come from the user's cache as
 * they do elsewhere.
 */
export async function serviceContext(overrides: Partial<ServiceContext> = {}): Promise<ServiceContext> {
  const folder = await temporaryFolder()
  await mkdir(folder, { recursive: true })
  return {
    folder,
    cacheFolder: join(homedir(), '.cache', 'darkroom'),
    env: process.env,
    log: () => {},
    fresh: true,
    durable: false,
    ...overrides,
  }
}
